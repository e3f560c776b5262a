import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { RunningCollector } from '../../core/start-collector.ts'
import { MemoryConsumer } from '../../testdata/memory-consumer.ts'
import { OTLP_TO_STORE, registryWith, runYaml } from '../../testdata/run.ts'
import { spansBytes } from '../../testdata/telemetry.ts'

const store = new MemoryConsumer()
let collector: RunningCollector
let base = ''
beforeAll(async () => {
  collector = await runYaml(OTLP_TO_STORE, registryWith(store))
  base = `http://${collector.addresses()['receiver/otlp']?.['http']}`
})
afterAll(() => collector.shutdown(5000))

async function post(path: string, type: string, encoding: string, body: Uint8Array): Promise<number> {
  const response = await fetch(`${base}/v1/${path}`, {
    method: 'POST',
    headers: { 'content-type': type, ...(encoding === '' ? {} : { 'content-encoding': encoding }) },
    body: body as BodyInit,
  })
  await response.arrayBuffer()
  return response.status
}

/** A valid request with some bytes changed, cut off or put in. */
const damaged = fc
  .tuple(fc.integer({ min: 1, max: 8 }), fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 6 }), fc.nat())
  .map(([count, edits, cut]) => {
    const bytes = Uint8Array.from(spansBytes(count))
    for (const [at, value] of edits) bytes[at % bytes.length] = value
    return bytes.subarray(0, bytes.length - (cut % 40))
  })

test('any body at all is answered with 200 or 400, and nothing is lost or made up', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('traces', 'logs', 'metrics'),
      fc.constantFrom('application/x-protobuf', 'application/json'),
      fc.constantFrom('', 'gzip', 'deflate', 'zlib', 'identity'),
      fc.oneof(fc.uint8Array({ maxLength: 300 }), damaged),
      async (path, type, encoding, body) => {
        expect([200, 400]).toContain(await post(path, type, encoding, body))
      },
    ),
    { numRuns: 300 },
  )
  const { books } = collector.snapshot()
  expect(books.stored).toEqual(books.received)
  expect(books.inProgress).toEqual({ traces: 0, logs: 0, metrics: 0 })
  expect(await post('traces', 'application/x-protobuf', '', spansBytes(2))).toBe(200)
})
