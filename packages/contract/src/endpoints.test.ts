import { expect, test } from 'vitest'
import { endpoints } from './endpoints.ts'

test('ids and routes are unique', () => {
  const ids = endpoints.map((endpoint) => endpoint.id)
  const routes = endpoints.map((endpoint) => `${endpoint.method} ${endpoint.path}`)
  expect(new Set(ids).size).toBe(ids.length)
  expect(new Set(routes).size).toBe(routes.length)
})

test.each(endpoints.map((endpoint) => [endpoint.id, endpoint] as const))(
  '%s: every path parameter is an input and the path is under /api',
  (_id, endpoint) => {
    expect(endpoint.path).toMatch(/^\/api\//)
    const shape = 'shape' in endpoint.input ? Object.keys(endpoint.input.shape as object) : []
    for (const [, name] of endpoint.path.matchAll(/:(\w+)/g)) expect(shape).toContain(name)
  },
)
