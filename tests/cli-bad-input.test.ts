import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { removeDataDirs, startClew } from './clew-process.ts'
import type { ClewProcess } from './clew-process.ts'

let clew: ClewProcess

beforeAll(async () => {
  clew = await startClew(undefined, ['--max-body-size', '1MiB'])
})

afterAll(async () => {
  await clew?.stop()
  removeDataDirs()
})

const post = (body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string>): Promise<Response> =>
  fetch(`${clew.otlpHttp}/v1/traces`, { method: 'POST', body, headers })

describe('bad input gets its status code, and the process lives on', () => {
  it('400 for a malformed body, naming the field', async () => {
    const json = await post('{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"xyz"}]}]}]}', {
      'content-type': 'application/json',
    })
    expect(json.status).toBe(400)
    expect(await json.text()).toContain('resourceSpans[0].scopeSpans[0].spans[0].traceId')
    const protobuf = await post(new Uint8Array([0x0a, 0xff, 0xff, 0xff, 0x7f]), {
      'content-type': 'application/x-protobuf',
    })
    expect(protobuf.status).toBe(400)
  })

  it('415 for a content type it does not speak, 405 for GET, 404 for another path', async () => {
    expect((await post('hello', { 'content-type': 'text/plain' })).status).toBe(415)
    expect((await fetch(`${clew.otlpHttp}/v1/traces`)).status).toBe(405)
    expect((await fetch(`${clew.otlpHttp}/v1/nothing`, { method: 'POST' })).status).toBe(404)
  })

  it('413 for a body that is too big, and for a small one that inflates to be', async () => {
    const big = new Uint8Array(2 * 1024 * 1024)
    expect((await post(big, { 'content-type': 'application/x-protobuf' })).status).toBe(413)
    const bomb = new Uint8Array(gzipSync(new Uint8Array(256 * 1024 * 1024)))
    expect(bomb.length).toBeLessThan(1024 * 1024)
    const answer = await post(bomb, { 'content-type': 'application/x-protobuf', 'content-encoding': 'gzip' })
    expect(answer.status).toBe(413)
  })

  it('400 for a query that is none, 404 for an unknown trace, both as JSON', async () => {
    const query = await fetch(`${clew.ui}/api/traces?q=${encodeURIComponent("service='; DROP TABLE spans; --")}`)
    expect(query.status).toBe(400)
    expect(await query.json()).toHaveProperty('error.code')
    const trace = await fetch(`${clew.ui}/api/traces/1234`)
    expect(trace.status).toBe(404)
    expect(await trace.json()).toMatchObject({ error: { code: 'TRACE_NOT_FOUND' } })
  })

  it('is ready afterwards and takes good data', async () => {
    expect((await fetch(`${clew.ui}/readyz`)).status).toBe(200)
    const test = await fetch(`${clew.ui}/api/test-trace`, { method: 'POST' })
    expect(test.status).toBe(200)
    expect(clew.process.child.exitCode).toBeNull()
  })
})
