import { describe, expect, it } from 'vitest'
import { byText, KIND, library, runApp, type AppOptions } from './run-app.ts'

interface Served {
  readonly name: string
  readonly route: unknown
  readonly status: unknown
  readonly failed: boolean
}

async function served(program: string, options?: AppOptions): Promise<Served[]> {
  const { spans, metrics } = await runApp(program, options)
  // The requests, what asks for them, and nothing else: no layers.
  expect(new Set(spans.map((span) => span.kind))).toEqual(new Set([KIND.server, KIND.client]))
  expect(metrics).toContain('http.server.request.duration')
  const servers = spans.filter((span) => span.kind === KIND.server)
  const clients = spans.filter((span) => span.kind === KIND.client)
  expect(servers.map((span) => span.parentSpanId).toSorted(byText)).toEqual(
    clients.map((span) => span.spanId).toSorted(byText),
  )
  return servers.map(({ name, values, status }) => ({
    name: name ?? '',
    route: values['http.route'],
    status: values['http.response.status_code'],
    failed: status?.code === 2,
  }))
}

const USERS = { name: 'GET /users/:id', route: '/users/:id', status: 200, failed: false }
const ORDERS = { name: 'GET /shop/orders/:order', route: '/shop/orders/:order', status: 200, failed: false }
const BROKEN = { name: 'GET /broken', route: '/broken', status: 500, failed: true }
const NOWHERE = { name: 'GET', route: undefined, status: 404, failed: false }

describe('one server span with the route', () => {
  it.each([
    [library('express'), 'express.mjs'],
    [library('koa'), 'koa.mjs'],
    [library('hono'), 'hono.mjs'],
  ])('%s', async (_library, program) => {
    expect(await served(program)).toEqual([USERS, ORDERS, BROKEN, NOWHERE])
  })

  it.each([
    [`${library('fastify')}, imported`, 'fastify.mjs'],
    [`${library('fastify')}, required`, 'fastify.cjs'],
  ])('%s', async (_library, program) => {
    const closed = { name: 'GET /closed', route: '/closed', status: 401, failed: false }
    expect(await served(program)).toEqual([USERS, ORDERS, BROKEN, closed, NOWHERE])
  })

  it(library('express', true), async () => {
    expect(await served('express.mjs', { older: true })).toEqual([USERS, ORDERS, BROKEN, NOWHERE])
  })

  it(library('fastify', true), async () => {
    const closed = { name: 'GET /closed', route: '/closed', status: 401, failed: false }
    expect(await served('fastify.mjs', { older: true })).toEqual([USERS, ORDERS, BROKEN, closed, NOWHERE])
  })

  it(library('@hapi/hapi'), async () => {
    const braces = ({ name, route, ...rest }: Served): Served => ({
      ...rest,
      name: name.replaceAll(/:(\w+)/g, '{$1}'),
      route: String(route).replaceAll(/:(\w+)/g, '{$1}'),
    })
    expect(await served('hapi.mjs')).toEqual([braces(USERS), braces(ORDERS), BROKEN, NOWHERE])
  })

  it.each(['express', 'fastify'])(`${library('@nestjs/core')} on %s`, async (platform) => {
    const broken = { name: 'GET /users/all/broken', route: '/users/all/broken', status: 500, failed: true }
    expect(await served('nest.mjs', { args: [platform] })).toEqual([USERS, broken, NOWHERE])
  })
})
