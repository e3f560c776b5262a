import 'reflect-metadata'
import { Controller, Get, HttpException, Module, Param } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { FastifyAdapter } from '@nestjs/platform-fastify'
import { ask } from './in-request.mjs'

class UsersController {
  find(id) {
    return { id }
  }
  broken() {
    throw new HttpException('broken', 500)
  }
}
decorate([Get(':id')], 'find')
Param('id')(UsersController.prototype, 'find', 0)
decorate([Get('all/broken')], 'broken')
Controller('users')(UsersController)

class AppModule {}
Module({ controllers: [UsersController] })(AppModule)

function decorate(decorators, name) {
  const descriptor = Object.getOwnPropertyDescriptor(UsersController.prototype, name)
  for (const one of decorators) one(UsersController.prototype, name, descriptor)
}

const adapter = process.argv[2] === 'fastify' ? [new FastifyAdapter()] : []
const app = await NestFactory.create(AppModule, ...adapter, { logger: false })
await app.listen(0, '127.0.0.1')
await ask(app.getHttpServer().address().port, ['/users/7', '/users/all/broken', '/nowhere'])
await app.close()
