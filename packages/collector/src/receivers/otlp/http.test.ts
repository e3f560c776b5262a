import * as http from 'node:http'
import * as net from 'node:net'
import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import { ConsumeError } from '@clew/otlp/consumer'
import { protobufToJson } from '@clew/otlp/json/protobuf-to-json'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { RunningCollector } from '../../core/start-collector.ts'
import { decodeStatus } from '../../kit/rpc-status.ts'
import { MemoryConsumer } from '../../testdata/memory-consumer.ts'
import { OTLP_TO_STORE, registryWith, runYaml } from '../../testdata/run.ts'
import { spansBatch, spansBytes } from '../../testdata/telemetry.ts'

let store: MemoryConsumer
let collector: RunningCollector
let base = ''

async function run(yaml = OTLP_TO_STORE): Promise<void> {
  store = new MemoryConsumer()
  collector = await runYaml(yaml, registryWith(store))
  base = `http://${collector.addresses()['receiver/otlp']?.['http']}`
}

beforeEach(() => run())
afterEach(() => collector.shutdown(5000))

async function restart(yaml: string): Promise<void> {
  await collector.shutdown(5000)
  await run(yaml)
}

const PROTO = { 'content-type': 'application/x-protobuf' }
const JSON_HEADERS = { 'content-type': 'application/json' }

function post(
  body: Uint8Array | string,
  headers: Record<string, string> = PROTO,
  path = '/v1/traces',
): Promise<Response> {
  return fetch(base + path, { method: 'POST', body: body as BodyInit, headers })
}

async function statusOf(
  response: Response,
): Promise<{ code: number; message: string; retryAfterMs: number | undefined }> {
  const status = decodeStatus(new Uint8Array(await response.arrayBuffer()))
  if (status === undefined) throw new Error('no google.rpc.Status')
  return status
}

describe('success', () => {
  test('protobuf in, protobuf out', async () => {
    const response = await post(spansBytes(3))
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('application/x-protobuf')
    expect(await response.arrayBuffer()).toHaveProperty('byteLength', 0)
    expect(store.points()).toBe(3)
  })

  test('JSON in, JSON out', async () => {
    const response = await post(protobufToJson(spansBatch(3)), JSON_HEADERS)
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('application/json')
    expect(await response.json()).toEqual({ partialSuccess: {} })
    expect(store.points()).toBe(3)
  })

  test.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['deflate', deflateRawSync],
    ['zlib', deflateSync],
  ])('%s bodies', async (encoding, compress) => {
    const response = await post(compress(spansBytes(50)), { ...PROTO, 'content-encoding': encoding })
    expect(response.status).toBe(200)
    expect(store.points()).toBe(50)
  })

  test.each([
    ['an empty protobuf body', new Uint8Array(), PROTO],
    ['an empty JSON object', '{}', JSON_HEADERS],
    ['JSON with unknown fields only', '{"spans":[1]}', JSON_HEADERS],
  ])('%s is a success', async (_what, body, headers) => {
    expect((await post(body, headers)).status).toBe(200)
    expect(store.batches).toHaveLength(0)
  })

  test('the media type may have parameters and capitals', async () => {
    expect((await post('{}', { 'content-type': 'Application/JSON; charset=utf-8' })).status).toBe(200)
  })

  test('partial success in both encodings', async () => {
    store.behave = () => ({ rejected: { count: 2, reason: 'too old' } })
    const json = await post(protobufToJson(spansBatch(5)), JSON_HEADERS)
    expect(json.status).toBe(200)
    expect(await json.json()).toEqual({ partialSuccess: { rejectedSpans: '2', errorMessage: 'too old' } })
    const proto = await post(spansBytes(5))
    expect(Buffer.from(await proto.arrayBuffer()).toString('latin1')).toBe('\x0a\x0b\x08\x02\x12\x07too old')
    expect(collector.snapshot().dropped).toMatchObject([
      { node: 'exporter/clew', reason: 'rejected: too old', count: 4 },
    ])
  })
})

describe('bad requests', () => {
  test('malformed protobuf is 400 with the field in a google.rpc.Status', async () => {
    const response = await post(Uint8Array.of(0x0a, 0x05, 0x12, 0x7f, 0x01, 0x02, 0x03))
    expect(response.status).toBe(400)
    expect(response.headers.get('content-type')).toBe('application/x-protobuf')
    const status = await statusOf(response)
    expect(status.code).toBe(3)
    expect(status.message).toContain('resourceSpans[0].scopeSpans[0]')
  })

  test('malformed JSON is 400 naming the field, in JSON', async () => {
    const body = '{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"xyz"}]}]}]}'
    const response = await post(body, JSON_HEADERS)
    expect(response.status).toBe(400)
    const status = (await response.json()) as {
      code: number
      message: string
      details: { fieldViolations: { field: string }[] }[]
    }
    expect(status.code).toBe(3)
    expect(status.message).toContain('resourceSpans[0].scopeSpans[0].spans[0].traceId')
    expect(status.details[0]?.fieldViolations[0]?.field).toBe('resourceSpans[0].scopeSpans[0].spans[0].traceId')
  })

  test.each([
    ['no JSON at all', '{"resourceSpans":['],
    ['a bare word', 'hello'],
  ])('%s is 400', async (_what, body) => {
    expect((await post(body, JSON_HEADERS)).status).toBe(400)
  })

  test('another media type is 415', async () => {
    const response = await post('x', { 'content-type': 'text/plain' })
    expect(response.status).toBe(415)
    expect(await response.text()).toBe(
      '415 unsupported media type, supported: [application/json, application/x-protobuf]',
    )
  })

  test('another method is 405', async () => {
    const response = await fetch(`${base}/v1/traces`)
    expect(response.status).toBe(405)
    expect(response.headers.get('allow')).toBe('POST')
  })

  test.each(['/', '/v1/spans', '/v1/traces/', '/v1development/profiles', '/v1/profiles'])('%s is 404', async (path) => {
    const response = await post(spansBytes(1), JSON_HEADERS, path)
    expect(response.status).toBe(404)
    expect(((await response.json()) as { message: string }).message).toMatch(/no such path|profiles are not supported/)
  })

  test('an unknown content encoding is 400', async () => {
    const response = await post('x', { ...PROTO, 'content-encoding': 'br' })
    expect(response.status).toBe(400)
    expect((await statusOf(response)).message).toContain('unsupported content encoding "br"')
  })

  test.each(['gzip', 'deflate', 'zlib'])('damaged %s is 400', async (encoding) => {
    const response = await post('not compressed at all', { ...PROTO, 'content-encoding': encoding })
    expect(response.status).toBe(400)
    expect((await statusOf(response)).message).toContain(`damaged ${encoding}`)
  })
})

describe('limits', () => {
  const small = OTLP_TO_STORE.replace('http: {', 'http: {max_request_body_size: 64KiB, ')

  test('a body that says it is too big is 413', async () => {
    await restart(small)
    const response = await post(spansBytes(1000, { paddingBytes: 1000 }))
    expect(response.status).toBe(413)
    expect((await statusOf(response)).code).toBe(8)
  })

  test('a body that turns out too big is 413', async () => {
    await restart(small)
    const status = await new Promise((resolve, reject) => {
      const request = http.request(`${base}/v1/traces`, { method: 'POST', headers: PROTO }, (response) => {
        response.resume()
        resolve(response.statusCode)
      })
      request.on('error', reject)
      const chunk = Buffer.alloc(16 * 1024)
      for (let i = 0; i < 16; i++) request.write(chunk)
      request.end()
    })
    expect(status).toBe(413)
  })

  test.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['deflate', deflateRawSync],
    ['zlib', deflateSync],
  ])('a %s bomb is 413 and the process lives on', async (encoding, compress) => {
    await restart(small)
    const bomb = compress(Buffer.alloc(40 * 1024 * 1024))
    expect(bomb.length).toBeLessThan(64 * 1024)
    const response = await post(bomb, { ...PROTO, 'content-encoding': encoding })
    expect(response.status).toBe(413)
    expect((await post(spansBytes(1))).status).toBe(200)
  })

  test('more bytes at once than allowed are told to wait', async () => {
    await restart(OTLP_TO_STORE.replace('  otlp:\n', '  otlp:\n    max_in_flight_bytes: 200KiB\n'))
    let release: () => void = () => undefined
    const entered = new Promise<void>((done) => {
      store.behave = () => {
        done()
        return new Promise((resolve) => (release = () => resolve({})))
      }
    })
    const first = post(spansBytes(150, { paddingBytes: 1000 }))
    await entered
    const second = await post(spansBytes(150, { paddingBytes: 1000 }))
    expect(second.status).toBe(503)
    expect(second.headers.get('retry-after')).toBe('1')
    release()
    expect((await first).status).toBe(200)
    store.behave = undefined
    expect((await post(spansBytes(150, { paddingBytes: 1000 }))).status).toBe(200)
  })

  test('slow headers and stalled bodies are cut with 408', async () => {
    await restart(OTLP_TO_STORE.replace('http: {', 'http: {read_header_timeout: 200ms, read_timeout: 300ms, '))
    const { port } = new URL(base)
    const talk = (text: string): Promise<string> =>
      new Promise((resolve) => {
        let answer = ''
        const socket = net.connect(Number(port), '127.0.0.1', () => socket.write(text))
        socket.on('data', (chunk) => (answer += chunk.toString()))
        socket.on('error', () => undefined)
        socket.on('close', () => resolve(answer))
      })
    const [headers, body] = await Promise.all([
      talk('POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-'),
      talk('POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"res'),
    ])
    expect(headers).toContain('408 Request Timeout')
    expect(body).toContain('408 Request Timeout')
    expect((await post(spansBytes(1))).status).toBe(200)
  })

  test('garbage is 400 and others go on', async () => {
    const { port } = new URL(base)
    const answer = await new Promise<string>((resolve) => {
      let text = ''
      const socket = net.connect(Number(port), '127.0.0.1', () =>
        socket.write(Buffer.from([0, 1, 2, 3, 255, 254, 13, 10, 13, 10])),
      )
      socket.on('data', (chunk) => (text += chunk.toString()))
      socket.on('error', () => undefined)
      socket.on('close', () => resolve(text))
    })
    expect(answer).toContain('400 Bad Request')
    expect((await post(spansBytes(1))).status).toBe(200)
  })
})

describe('back-pressure', () => {
  test('a retryable failure is 503 with Retry-After and RetryInfo', async () => {
    store.behave = () => {
      throw new ConsumeError('queue_full', 'sending queue is full', { retryable: true, retryAfterMs: 2500 })
    }
    const response = await post(spansBytes(1))
    expect(response.status).toBe(503)
    expect(response.headers.get('retry-after')).toBe('3')
    expect(await statusOf(response)).toEqual({ code: 14, message: 'sending queue is full', retryAfterMs: 2500 })
    const json = await post(protobufToJson(spansBatch(1)), JSON_HEADERS)
    expect(await json.json()).toEqual({
      code: 14,
      message: 'sending queue is full',
      details: [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '2.5s' }],
    })
  })

  test('a permanent failure is 500', async () => {
    store.behave = () => {
      throw new ConsumeError('broken', 'no such table', { retryable: false })
    }
    expect((await post(spansBytes(1))).status).toBe(500)
  })

  test('a client that leaves aborts the consumer', async () => {
    const aborted = new Promise<void>((done) => {
      store.behave = (_batch, { abort }) => {
        abort?.addEventListener('abort', () => done())
        client.abort()
        return new Promise(() => undefined)
      }
    })
    const client = new AbortController()
    const request = fetch(`${base}/v1/traces`, {
      method: 'POST',
      body: spansBytes(1) as BodyInit,
      headers: PROTO,
      signal: client.signal,
    })
    await expect(request).rejects.toThrow()
    await aborted
  })
})

describe('CORS', () => {
  const preflight = (origin: string, headers = 'content-type,x-custom'): Promise<Response> =>
    fetch(`${base}/v1/traces`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': headers },
    })

  test('a local page may send, and is told so in the preflight', async () => {
    const response = await preflight('http://localhost:3000')
    expect(response.status).toBe(204)
    expect(response.headers.get('access-control-allow-origin')).toBe('http://localhost:3000')
    expect(response.headers.get('access-control-allow-methods')).toBe('POST')
    expect(response.headers.get('access-control-allow-headers')).toBe('content-type')
    expect(response.headers.get('vary')).toContain('Origin')
  })

  test.each(['http://evil.example', 'http://localhost.evil.example', 'null', 'https://localhost:1@evil.example'])(
    'a page of %s may not',
    async (origin) => {
      const response = await preflight(origin)
      expect(response.status).toBe(204)
      expect(response.headers.get('access-control-allow-origin')).toBeNull()
    },
  )

  test.each(['http://evil.example', 'null'])(
    'nothing of a page of %s is taken, whatever the browser asked before',
    async (origin) => {
      const send = (headers: Record<string, string>) => post(spansBytes(1), { ...PROTO, ...headers })
      expect((await send({ origin })).status).toBe(403)
      expect(store.points()).toBe(0)
      expect((await send({ origin: 'http://localhost:3000' })).status).toBe(200)
      expect((await send({})).status).toBe(200)
      expect(store.points()).toBe(2)
    },
  )

  test('errors carry the headers too', async () => {
    const response = await fetch(`${base}/v1/traces`, {
      method: 'POST',
      body: 'hello',
      headers: { ...JSON_HEADERS, origin: 'http://127.0.0.1:8080' },
    })
    expect(response.status).toBe(400)
    expect(response.headers.get('access-control-allow-origin')).toBe('http://127.0.0.1:8080')
  })

  test('configured origins and headers replace the local ones', async () => {
    const cors = 'cors: {allowed_origins: ["https://*.example.com"], allowed_headers: [X-Custom], max_age: 60}'
    await restart(OTLP_TO_STORE.replace('http: {', `http: {${cors}, `))
    const response = await preflight('https://shop.example.com')
    expect(response.headers.get('access-control-allow-origin')).toBe('https://shop.example.com')
    expect(response.headers.get('access-control-allow-headers')).toBe('content-type, x-custom')
    expect(response.headers.get('access-control-max-age')).toBe('60')
    expect((await preflight('http://localhost:3000')).headers.get('access-control-allow-origin')).toBeNull()
  })
})
