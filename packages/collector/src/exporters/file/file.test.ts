import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { Batch } from '@clew/otlp/batch'
import { decode } from '@clew/otlp/decode'
import { jsonToProtobuf } from '@clew/otlp/json/json-to-protobuf'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { checkSchema } from '../../config/check-schema.ts'
import { parseYaml } from '../../config/parse-yaml.ts'
import { contextFor } from '../../testdata/context.ts'
import { spansBatch } from '../../testdata/telemetry.ts'
import { fileSchema } from './config.ts'
import { FileExporter } from './file.ts'

let directory: string
let path: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'clew-file-'))
  path = join(directory, 'out.json')
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

function exporter(yaml: string): { file: FileExporter; stored: () => number } {
  const { value, errors } = checkSchema(fileSchema, parseYaml(yaml, 'c'), [])
  if (value === undefined) throw errors[0] ?? new Error('no value')
  const { context, decisions } = contextFor('exporter/file')
  return {
    file: new FileExporter(value, context),
    stored: () => decisions.component('exporter/file').totals.stored.traces,
  }
}

test('a JSON document a line, in the order in which they came, that reads back as it was', async () => {
  const { file, stored } = exporter(`path: ${path}`)
  await file.start()
  const batches = [1, 2, 3, 4, 5].map((count) => spansBatch(count))
  await Promise.all(batches.map((batch) => file.consume(batch)))
  await file.shutdown()
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n')
  const got = lines.map((line) =>
    decode('traces', Batch.fromProtobuf('traces', jsonToProtobuf('traces', Buffer.from(line)))),
  )
  expect(got).toEqual(batches.map((batch) => decode('traces', batch)))
  expect(stored()).toBe(15)
})

test.each([
  ['format: proto', (record: Buffer) => record],
  ['format: proto, compression: gzip', (record: Buffer) => gunzipSync(record)],
])('{%s} is length-prefixed', async (options, open) => {
  const { file } = exporter(`{path: ${path}, ${options}}`)
  await file.start()
  const batches = [spansBatch(1), spansBatch(200)]
  for (const batch of batches) await file.consume(batch)
  await file.shutdown()
  let rest = readFileSync(path)
  const got: Buffer[] = []
  while (rest.length > 0) {
    const length = rest.readUInt32BE()
    got.push(open(rest.subarray(4, 4 + length)))
    rest = rest.subarray(4 + length)
  }
  expect(got.map((bytes) => bytes.toString('hex'))).toEqual(
    batches.map((one) => Buffer.from(one.toProtobuf()).toString('hex')),
  )
})

test('begins anew, or appends when told to', async () => {
  for (const append of [false, true]) {
    writeFileSync(path, 'before\n')
    const { file } = exporter(`{path: ${path}, append: ${append}}`)
    await file.start()
    await file.consume(spansBatch(1))
    await file.shutdown()
    expect(readFileSync(path, 'utf8').startsWith('before\n')).toBe(append)
  }
})

test('rotates by size and keeps max_backups, losing nothing it should keep', async () => {
  const { file } = exporter(`{path: ${path}, rotation: {max_megabytes: 1, max_backups: 2}}`)
  await file.start()
  const batch = spansBatch(100, { paddingBytes: 4000 })
  for (let i = 0; i < 9; i++) await file.consume(batch)
  await file.shutdown()
  const names = readdirSync(directory)
  expect(names).toHaveLength(3)
  for (const name of names) expect(readFileSync(join(directory, name)).length).toBeLessThanOrEqual(1024 * 1024)
  for (const name of names) expect(readFileSync(join(directory, name), 'utf8').endsWith('}\n')).toBe(true)
})

test('a directory that is not there is an error with a fix, or is made', async () => {
  const deep = join(directory, 'a', 'b', 'out.json')
  await expect(exporter(`path: ${deep}`).file.start()).rejects.toMatchObject({
    code: 'FILE_EXPORTER',
    fix: expect.stringContaining('create_directory'),
  })
  const { file } = exporter(`{path: ${deep}, create_directory: true}`)
  await file.start()
  await file.consume(spansBatch(1))
  await file.shutdown()
  expect(readFileSync(deep).length).toBeGreaterThan(0)
})

test('after shutdown data is handed back', async () => {
  const { file, stored } = exporter(`path: ${path}`)
  await file.start()
  await file.shutdown()
  await expect(file.consume(spansBatch(1))).rejects.toMatchObject({ retryable: true })
  expect(stored()).toBe(0)
})
