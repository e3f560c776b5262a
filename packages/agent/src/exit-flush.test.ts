import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { OtlpSink } from '@clew/testkit/otlp-sink'
import { freePort } from './testdata/free-port.ts'
import { buildAgent } from './testdata/build-agent.ts'
import { runProgram, type Ended } from './testdata/run-program.ts'

const ENDS = [
  ['exit', { code: 3, signal: null }],
  ['throw', { code: 1, signal: null }],
  ['reject', { code: 1, signal: null }],
  ['stay', { code: null, signal: 'SIGTERM' }],
  ['handled', { code: 7, signal: null }],
  ['end', { code: 0, signal: null }],
] as const

let folder: string
beforeAll(buildAgent, 120_000)
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'clew-exit-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** Runs the program, by SIGTERM where the end asks for it. */
async function run(end: string, url: string, env: Record<string, string> = {}): Promise<Ended> {
  const program = runProgram('program.mjs', [end], { OTEL_EXPORTER_OTLP_ENDPOINT: url, ...env })
  if (end === 'stay' || end === 'handled') {
    await program.ready
    program.child.kill('SIGTERM')
  }
  return program.ended
}

const lines = ({ stderr }: Ended): string[] => stderr.split('\n').filter((line) => line.startsWith('clew:'))

/** A backend that takes connections and never answers. */
async function blackHole(): Promise<{ url: string; close: () => void }> {
  const server = createServer((socket) => socket.on('error', () => undefined)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, close: () => server.close() }
}

describe.each(ENDS)('a program that ends by %s', (end, expected) => {
  it('while nobody listens: as it would, and one line says what is lost, or that nobody listens', async () => {
    const ended = await run(end, `http://127.0.0.1:${await freePort()}`)
    expect(ended).toMatchObject(expected)
    expect(lines(ended)).toEqual([
      expect.stringMatching(
        /^clew: (?:\d+ spans and \d+ log records(?: and \d+ reports of metrics)? could not be sent before the end of the program: (?:nobody listens at|no answer from)|no OTLP backend at) http/,
      ),
    ])
  })

  it('while the backend never answers: likewise', async () => {
    const hole = await blackHole()
    const ended = await run(end, hole.url)
    hole.close()
    expect(ended).toMatchObject(expected)
    expect(lines(ended)).toEqual([
      expect.stringMatching(
        /^clew: \d+ spans and \d+ log records(?: and \d+ reports of metrics)? could not be sent before the end of the program: no answer from http/,
      ),
    ])
  })
})

describe.each([
  ['exit', false],
  ['exit', true],
  ['throw', false],
  ['stay', false],
  ['stay', true],
])('with a spool, a program that ends by %s', (end, answersNever) => {
  it(`while the backend ${answersNever ? 'never answers' : 'is away'}: everything is on the disk`, async () => {
    const away = answersNever
      ? await blackHole()
      : { url: `http://127.0.0.1:${await freePort()}`, close: () => undefined }
    const ended = await run(end, away.url, { CLEW_SPOOL_DIR: folder })
    away.close()
    expect(lines(ended).filter((line) => line.includes('could not be sent'))).toEqual([])
    expect(itemsIn(folder, 'traces')).toBe(4)
    expect(itemsIn(folder, 'logs')).toBeGreaterThanOrEqual(2)
  })
})

/** As the names of the files say. */
function itemsIn(spool: string, signal: string): number {
  const names = readdirSync(spool).flatMap((name) => new RegExp(`-${signal}-(\\d+)\\.otlp$`).exec(name)?.[1] ?? [])
  return names.reduce((sum, items) => sum + Number(items), 0)
}

it('the next process sends what is on the disk', async () => {
  const env = { CLEW_SPOOL_DIR: folder }
  await run('exit', `http://127.0.0.1:${await freePort()}`, env)
  const sink = await OtlpSink.start()
  const next = runProgram('program.mjs', ['stay'], { OTEL_EXPORTER_OTLP_ENDPOINT: sink.url, ...env })
  await sink.waitFor(() => (sink.spans.length >= 8 ? true : undefined), 'the spans of both')
  next.child.kill('SIGTERM')
  await next.ended
  await sink.close()
  expect(new Set(sink.spans.map((span) => span.spanId)).size).toBe(8)
})

describe('process.exit', () => {
  it('with spans on the wire that nobody answers to says so', async () => {
    const hole = await blackHole()
    // They leave at once, so that the network has all of them.
    const ended = await run('exit', hole.url, { OTEL_BSP_SCHEDULE_DELAY: '1', OTEL_BLRP_SCHEDULE_DELAY: '1' })
    hole.close()
    expect(ended).toMatchObject({ code: 3 })
    expect(lines(ended)).toEqual([
      expect.stringMatching(/^clew: 4 spans and \d+ log records could not be sent .* no answer/),
    ])
  })

  it.each([
    [503, 'wanted them later'],
    [400, 'refused them'],
  ])('answered with %i says so', async (status, words) => {
    const sink = await OtlpSink.start(() => status)
    const ended = await run('exit', sink.url, { CLEW_EXIT_BUDGET_MS: '15000' })
    await sink.close()
    expect(lines(ended)).toEqual([expect.stringMatching(new RegExp(`^clew: 4 spans and 2 log records .*${words}$`))])
  })

  it('with a full spool says what is lost', async () => {
    const ended = await run('exit', `http://127.0.0.1:${await freePort()}`, {
      CLEW_SPOOL_DIR: folder,
      CLEW_SPOOL_BYTES: '10',
    })
    expect(lines(ended)).toEqual([expect.stringMatching(/^clew: 4 spans and 2 log records could not be sent/)])
  })

  it('with a backend that answers sends everything once', async () => {
    const sink = await OtlpSink.start()
    for (const delay of ['1', '1000']) {
      const env = { OTEL_BSP_SCHEDULE_DELAY: delay, CLEW_EXIT_BUDGET_MS: '15000' }
      expect(await run('exit', sink.url, env)).toMatchObject({ code: 3, stderr: '' })
    }
    await sink.close()
    expect(sink.spans).toHaveLength(8)
    expect(new Set(sink.spans.map((span) => span.spanId)).size).toBe(8)
  })
})
