import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import zlib from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { OtlpSink } from '@clew/testkit/otlp-sink'
import { OtlpTransport } from '../otlp-transport.ts'
import { compressed, compressedSync, compressionFrom } from './compression.ts'
import { DiskSpool } from './disk-spool.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'clew-spool-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const bytes = (text: string): Uint8Array => Buffer.from(text)
const text = (body: Uint8Array | undefined): string | undefined => body && Buffer.from(body).toString()

describe('DiskSpool', () => {
  it('gives bodies back once, in order, by signal, also to another process', () => {
    const traces = new DiskSpool('traces', { folder: join(folder, 'new'), maxBytes: 1000 })
    const logs = new DiskSpool('logs', { folder: join(folder, 'new'), maxBytes: 1000 })
    expect(traces.take()).toBeUndefined()
    expect([traces.put(bytes('one'), 1), logs.put(bytes('log'), 2), traces.put(bytes('two'), 3)]).toEqual([
      true,
      true,
      true,
    ])
    const later = new DiskSpool('traces', { folder: join(folder, 'new'), maxBytes: 1000 })
    const [first, second] = [later.take(), traces.take()]
    expect([text(first?.body), first?.items, text(second?.body), second?.items]).toEqual(['one', 1, 'two', 3])
    expect(later.take()).toBeUndefined()
    expect(text(logs.take()?.body)).toBe('log')
    expect(readdirSync(join(folder, 'new'))).toEqual([])
  })

  it('is bounded in bytes over all its files', () => {
    const spool = new DiskSpool('traces', { folder, maxBytes: 10 })
    expect(spool.put(bytes('12345'), 1)).toBe(true)
    expect(spool.put(bytes('123456'), 1)).toBe(false)
    expect(spool.put(bytes('12345'), 1)).toBe(true)
    expect(spool.put(bytes('1'), 1)).toBe(false)
  })

  it('counts a folder that cannot be as full', () => {
    writeFileSync(join(folder, 'file'), '')
    const spool = new DiskSpool('traces', { folder: join(folder, 'file', 'below'), maxBytes: 10 })
    expect(spool.put(bytes('1'), 1)).toBe(false)
    expect(spool.take()).toBeUndefined()
  })
})

/** The smallest request there is. */
const body = (): Uint8Array => new Uint8Array([0x0a, 0x00])

it('what does not fit in memory is sent from the disk when the backend is there', async () => {
  let up = false
  const sink = await OtlpSink.start(() => (up ? 200 : 503))
  const transport = new OtlpTransport({
    url: `${sink.url}/v1/traces`,
    headers: () => Promise.resolve({ 'content-type': 'application/x-protobuf' }),
    compression: 'none',
    timeoutMs: 10_000,
    maxQueuedBytes: 4,
    spool: new DiskSpool('traces', { folder, maxBytes: 1000 }),
  })
  for (let i = 0; i < 5; i++) transport.enqueue(body(), 1)
  expect([transport.spooledItems, transport.droppedItems]).toEqual([3, 0])
  expect(readdirSync(folder)).toHaveLength(3)
  up = true
  await sink.waitFor(() => (transport.sentItems === 4 ? true : undefined), 'the first four')
  await transport.drained()
  expect(transport.sentItems).toBe(5)
  expect(readdirSync(folder)).toEqual([])
  await sink.close()
})

it('at the end what the backend has not taken stays on the disk', async () => {
  const sink = await OtlpSink.start(() => 503)
  const transport = new OtlpTransport({
    url: `${sink.url}/v1/traces`,
    headers: () => Promise.resolve({}),
    compression: 'none',
    timeoutMs: 10_000,
    spool: new DiskSpool('traces', { folder, maxBytes: 1000 }),
  })
  // Until one attempt has failed it is worth trying; on a slow machine that may be after it was looked at, so once more.
  for (let asked = 0; readdirSync(folder).length === 0; asked = sink.requests.length) {
    if (transport.queuedItems === 0) transport.enqueue(body(), 7)
    await expect.poll(() => sink.requests.length, { timeout: 20_000 }).toBeGreaterThan(asked)
    await new Promise((resolve) => setTimeout(resolve, 50))
    transport.takePending()
  }
  expect(new DiskSpool('traces', { folder, maxBytes: 1000 }).take()?.items).toBe(7)
  await sink.close()
})

describe('compression', () => {
  it.each([
    [{}, 'none'],
    [{ OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip' }, 'gzip'],
    [{ OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip', OTEL_EXPORTER_OTLP_TRACES_COMPRESSION: 'none' }, 'none'],
    [{ OTEL_EXPORTER_OTLP_TRACES_COMPRESSION: 'zstd' }, 'zstdCompress' in zlib ? 'zstd' : 'gzip'],
  ] as const)('%j: %s', (env, expected) => expect(compressionFrom(env, 'TRACES')).toBe(expected))

  it.each(['gzip', 'zstd'] as const)('%s can be taken apart again', async (kind) => {
    const plain = bytes('hello '.repeat(1000))
    for (const packed of [await compressed(plain, kind), compressedSync(plain, kind)]) {
      const unzstd = (zlib as { zstdDecompressSync?: (body: Uint8Array) => Buffer }).zstdDecompressSync
      // Node without zstd packs as gzip, or at the end not at all.
      const magic = Buffer.from(packed.subarray(0, 2)).toString('hex')
      const opened = magic === '1f8b' ? zlib.gunzipSync(packed) : magic === '28b5' ? unzstd?.(packed) : packed
      expect(text(opened)).toBe(text(plain))
    }
  })
})
