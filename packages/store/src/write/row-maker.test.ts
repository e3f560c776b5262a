import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger } from '@clew/base/logger'
import { mergeBatches } from '@clew/otlp/batch-merge'
import type { Batch } from '@clew/otlp/batch'
import { generateTelemetry } from '@clew/testkit/telemetry-generator'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { frameHeader } from './frame.ts'
import { RowMaker } from './row-maker.ts'
import { newSegmentId, type SegmentId } from './segment-file.ts'
import type { StagedTable } from './staged-segment.ts'
import { makeWriteDirectories, type WriteDirectories } from './write-directories.ts'

const telemetry = generateTelemetry({ seed: 3, traces: 60, endNanos: 1_800_000_000_000_000_000n })
let directory: string
let directories: WriteDirectories
let maker: RowMaker

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'clew-rows-'))
  directories = makeWriteDirectories(directory)
  maker = new RowMaker(directories.staging, silentLogger)
})
afterEach(async () => {
  await maker.close()
  await rm(directory, { recursive: true, force: true })
})

const asGroup = (batches: readonly Batch[]) => batches.map((batch) => ({ batch, payload: batch.toProtobuf() }))

/** Writes a segment file that holds the batches, as the ingester does. */
async function writeSegment(batches: readonly Batch[]): Promise<SegmentId> {
  const segment = newSegmentId(directories.segments, 1_800_000_000_000)
  const frames = asGroup(batches).flatMap(({ batch, payload }) => [frameHeader(batch.signal, payload), payload])
  await writeFile(segment.path, Buffer.concat(frames))
  return segment
}

/** What the engine would read. */
async function contents(tables: readonly StagedTable[] | undefined): Promise<Record<string, string>> {
  expect(tables).toBeDefined()
  const files = await Promise.all(
    tables!.map(async ({ table, file }) => [table, (await readFile(file)).toString('base64')]),
  )
  return Object.fromEntries(files) as Record<string, string>
}

/** One of them was edited: its bytes are not those it came in. */
function requests(): Batch[] {
  const [first] = telemetry.traceBatches
  const editor = first!.edit()
  editor.dropItem(0)
  return [...telemetry.traceBatches, ...telemetry.logBatches, telemetry.metricBatch, editor.finish()]
}

test('what was made while requests came in is what the file gives, byte for byte', async () => {
  const batches = requests()
  const segment = await writeSegment(batches)
  const rows = maker.begin(segment)
  for (let i = 0; i < batches.length; i += 7) await rows.add(asGroup(batches.slice(i, i + 7)))
  const staged = await contents(await rows.stage())
  const { tables, wholeRecords, damage } = await maker.restage(segment)
  expect([wholeRecords, damage]).toEqual([batches.length, []])
  expect(Object.keys(staged)).toEqual(expect.arrayContaining(['spans', 'logs', 'resources', 'trace_summaries']))
  expect(staged).toEqual(await contents(tables))
})

test('a segment that follows does not repeat resources, until they may be lost', async () => {
  const stage = async (): Promise<string[]> => {
    const rows = maker.begin(await writeSegment(telemetry.traceBatches))
    await rows.add(asGroup(telemetry.traceBatches))
    return (await rows.stage())!.map(({ table }) => table)
  }
  expect(await stage()).toContain('resources')
  expect(await stage()).not.toContain('resources')
  maker.forget()
  expect(await stage()).toContain('resources')
})

test('two segments at once keep their rows apart', async () => {
  const [one, other] = [telemetry.traceBatches, telemetry.logBatches].map((batches) => ({
    rows: maker.begin(newSegmentId(directories.segments, 1_800_000_000_000)),
    batches,
  }))
  await one!.rows.add(asGroup(one!.batches))
  await other!.rows.add(asGroup(other!.batches))
  const [traces, logs] = await Promise.all([one!.rows.stage(), other!.rows.stage()])
  expect(traces!.find(({ table }) => table === 'spans')?.rows).toBe(mergeBatches(one!.batches).itemCount)
  expect(traces!.some(({ table }) => table === 'logs')).toBe(false)
  expect(logs!.find(({ table }) => table === 'logs')?.rows).toBe(mergeBatches(other!.batches).itemCount)
})

test('rows whose thread has ended are not handed out in half; the next segment has a thread again', async () => {
  const segment = await writeSegment(telemetry.traceBatches)
  const rows = maker.begin(segment)
  await rows.add(asGroup(telemetry.traceBatches.slice(0, 1)))
  await maker.close()
  await rows.add(asGroup(telemetry.traceBatches.slice(1)))
  expect(await rows.stage()).toBeUndefined()
  await expect(maker.restage(segment)).rejects.toMatchObject({ code: 'THREAD_ENDED' })

  maker = new RowMaker(directories.staging, silentLogger)
  const { tables } = await maker.restage(segment)
  expect(tables.find(({ table }) => table === 'spans')?.rows).toBe(mergeBatches(telemetry.traceBatches).itemCount)
})

test('a file that is gone is said with the code of the system', async () => {
  const segment = newSegmentId(directories.segments, 1_800_000_000_000)
  await expect(maker.restage(segment)).rejects.toMatchObject({ code: 'ENOENT', syscall: 'open' })
})
