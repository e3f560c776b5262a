import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { callEndpoint, endpointUrl } from './client.ts'
import { getSpan, searchTraces } from './traces.ts'

let server: Server
let baseUrl: string
let answer: { status: number; body: string }

beforeAll(async () => {
  server = createServer((_request, response) => {
    response.writeHead(answer.status, { 'content-type': 'application/json' })
    response.end(answer.body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})

afterAll(() => server.close())

test('path parameters are encoded, the rest becomes the query, undefined is left out', () => {
  expect(endpointUrl(getSpan, { traceId: 'a/b?c', spanId: '1' })).toBe('/api/traces/a%2Fb%3Fc/spans/1')
  expect(endpointUrl(searchTraces, { q: 'a=b & c', limit: 5, cursor: undefined }, 'http://h:1')).toBe(
    'http://h:1/api/traces?q=a%3Db+%26+c&limit=5',
  )
})

test('an error answer becomes a ClewError with its code and fix', async () => {
  answer = { status: 400, body: JSON.stringify({ error: { code: 'BAD_QUERY', message: 'no', fix: 'do this' } }) }
  await expect(callEndpoint(searchTraces, {}, { baseUrl })).rejects.toMatchObject({ code: 'BAD_QUERY', fix: 'do this' })
})

test('an error that is not ours keeps the status', async () => {
  answer = { status: 502, body: '<html>' }
  await expect(callEndpoint(searchTraces, {}, { baseUrl })).rejects.toMatchObject({ code: 'HTTP_502' })
})

test('no server says how to start one', async () => {
  await expect(callEndpoint(searchTraces, {}, { baseUrl: 'http://127.0.0.1:1' })).rejects.toMatchObject({
    code: 'UNREACHABLE',
    fix: expect.stringContaining('clew up'),
  })
})
