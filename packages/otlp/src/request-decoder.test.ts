import { generateTelemetry } from '@clew/testkit/telemetry-generator'
import { afterAll, describe, expect, test } from 'vitest'
import { mergeBatches } from './batch-merge.ts'
import { sliceBatch } from './batch-slice.ts'
import type { Batch } from './batch.ts'
import { decodeRequest, type RequestFormat } from './decode-request.ts'
import { protobufToJson } from './json/protobuf-to-json.ts'
import { RequestDecoder } from './request-decoder.ts'
import { type Signal, SIGNALS } from './signal.ts'
import { readEverything } from './testdata/read-everything.ts'
import { DecodeError } from './wire/decode-error.ts'

const telemetry = generateTelemetry({ seed: 7, traces: 400, endNanos: 1_800_000_000_000_000_000n })
const requests: Readonly<Record<Signal, Batch>> = {
  traces: mergeBatches(telemetry.traceBatches),
  logs: mergeBatches(Array.from({ length: 20 }, () => telemetry.logBatches).flat()),
  metrics: mergeBatches(Array.from({ length: 200 }, () => telemetry.metricBatch)),
}

/** A copy, because the decoder keeps what it is given. */
function bodyOf(signal: Signal, format: RequestFormat): Uint8Array {
  const bytes = requests[signal].toProtobuf()
  return format === 'protobuf' ? Uint8Array.from(bytes) : Buffer.from(protobufToJson(requests[signal]))
}

const decoder = new RequestDecoder()
afterAll(() => decoder.close())

describe.each(['protobuf', 'json'] as const)('a large request as %s', (format) => {
  test.each(SIGNALS)('%s: the thread gives the same batch', async (signal) => {
    const decoded = decoder.decode(signal, format, bodyOf(signal, format))
    expect(decoded).toBeInstanceOf(Promise)
    const batch = await decoded
    const expected = decodeRequest(signal, format, bodyOf(signal, format))
    expect(batch.pointCount).toBe(expected.pointCount)
    expect(Buffer.compare(batch.toProtobuf(), expected.toProtobuf())).toBe(0)
    expect(readEverything(batch)).toEqual(readEverything(expected))
  })

  test('what is wrong is named with its field', async () => {
    const text = bodyOf('traces', format)
    // Broken near its end: cut off, so that the last field does not fit.
    const broken = text.slice(0, text.length - 3)
    const direct = errorOf(() => decodeRequest('traces', format, broken.slice()))
    const error = await Promise.resolve(decoder.decode('traces', format, broken)).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(DecodeError)
    expect(error).toMatchObject({ message: direct.message, path: direct.path, offset: direct.offset })
  })
})

test('many at once are all answered, each with its own', async () => {
  const sizes = [1, 3, 2]
  const decode = async (times: number): Promise<Batch> => {
    const merged = mergeBatches(Array.from({ length: times }, () => requests.traces))
    return await decoder.decode('traces', 'protobuf', merged.toProtobuf().slice())
  }
  const batches = await Promise.all(sizes.map(decode))
  expect(batches.map(({ itemCount }) => itemCount)).toEqual(sizes.map((times) => times * requests.traces.itemCount))
})

test('a small request needs no thread, and stays with its sender', () => {
  const bytes = sliceBatch(requests.traces, 0, 10).toProtobuf().slice()
  const batch = decoder.decode('traces', 'protobuf', bytes)
  expect(batch).not.toBeInstanceOf(Promise)
  expect(bytes.length).toBeGreaterThan(0)
})

test('a thread that has ended fails what it had; the next request gets a new one', async () => {
  const mortal = new RequestDecoder()
  const lost = Promise.resolve(mortal.decode('traces', 'protobuf', bodyOf('traces', 'protobuf')))
  const [result] = await Promise.allSettled([lost, mortal.close()])
  expect(result).toMatchObject({ status: 'rejected' })
  const batch = await mortal.decode('traces', 'protobuf', bodyOf('traces', 'protobuf'))
  expect(batch.itemCount).toBe(requests.traces.itemCount)
  await mortal.close()
})

function errorOf(work: () => unknown): DecodeError {
  try {
    work()
  } catch (error) {
    if (error instanceof DecodeError) return error
  }
  throw new Error('it is not malformed')
}
