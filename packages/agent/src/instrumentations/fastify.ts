import { context, trace } from '@opentelemetry/api'
import { subscribe } from 'node:diagnostics_channel'
import type { Plugin } from '../plugins/plugin.ts'
import { setRoute } from './http/set-route.ts'
import { failSpan } from './span-failure.ts'

/** What is used of a Fastify instance. */
interface FastifyInstance {
  addHook(name: 'onRequest', hook: (request: FastifyRequest, reply: unknown, done: () => void) => void): void
  addHook(
    name: 'onError',
    hook: (request: FastifyRequest, reply: FastifyReply, error: unknown, done: () => void) => void,
  ): void
}

interface FastifyRequest {
  readonly is404?: boolean
  readonly routeOptions?: { readonly url?: string }
  readonly routerPath?: string
}

interface FastifyReply {
  readonly statusCode: number
}

/** Fastify says on a channel of its own when an instance is made; hooks put there run before those of the program. */
export const fastify: Plugin = {
  name: 'fastify',
  modules: [],
  libraries: ['fastify >=4'],
  start: () => {
    subscribe('fastify.initialization', (message) => {
      const { fastify: instance } = message as { readonly fastify: FastifyInstance }
      instance.addHook('onRequest', (request, _reply, done) => {
        if (request.is404 !== true) setRoute(context.active(), request.routeOptions?.url ?? request.routerPath)
        done()
      })
      instance.addHook('onError', (_request, reply, error, done) => {
        const span = trace.getSpan(context.active())
        if (span?.isRecording() && !(reply.statusCode >= 400 && reply.statusCode < 500)) failSpan(span, error)
        done()
      })
    })
  },
}
