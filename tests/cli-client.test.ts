import { spawn } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  CLEW_BIN,
  cleanEnvironment,
  eventually,
  removeDataDirs,
  runClew,
  spawnClew,
  startClew,
} from './clew-process.ts'
import type { ClewProcess } from './clew-process.ts'

// A colour sequence starts with the escape character.
const ESCAPE = '\u001b'
let clew: ClewProcess
let traceId: string

beforeAll(async () => {
  clew = await startClew()
  const response = await fetch(`${clew.ui}/api/test-trace`, { method: 'POST' })
  traceId = ((await response.json()) as { traceId: string }).traceId
  await eventually(async () => ((await fetch(`${clew.ui}/api/traces/${traceId}`)).ok ? true : undefined))
})

afterAll(async () => {
  await clew?.stop()
  removeDataDirs()
})

describe('exit codes', () => {
  it.each([
    [2, ['no-such-verb']],
    [2, ['traces', '--no-such-flag']],
    [2, ['trace']],
    [2, ['trace', 'not-hex']],
    [2, ['traces', 'service=(']],
    [2, ['traces', '--since', 'yesterday']],
    [2, ['traces', '--limit', '0']],
    [4, ['trace', 'abcdef0123456789']],
    [0, ['traces']],
    [0, ['--help']],
    [0, ['help', 'traces']],
    [0, ['--version']],
  ])('%i for clew %j', async (code, args) => {
    const finished = await runClew(args, { env: clew.env })
    expect({ code: finished.code, stderr: finished.stderr }).toMatchObject({ code })
    if (code !== 0) {
      expect(finished.stderr).not.toBe('')
      expect(finished.stderr).not.toMatch(/^ +at /m)
      expect(finished.stdout).toBe('')
    }
  })

  it('3 when nobody answers, with what to do', async () => {
    const { code, stderr } = await runClew(['traces', '--url', 'http://127.0.0.1:9'])
    expect(code).toBe(3)
    expect(stderr).toMatch(/cannot reach Clew at http:\/\/127\.0\.0\.1:9[^]*clew up/)
  })
})

describe('output', () => {
  it('has colours only when somebody wants them', async () => {
    const piped = await runClew(['trace', traceId], { env: clew.env })
    expect(piped.stdout).not.toContain(ESCAPE)
    const forced = await runClew(['trace', traceId], { env: { ...clew.env, FORCE_COLOR: '1' } })
    expect(forced.stdout).toContain(ESCAPE)
    expect(forced.stdout.replaceAll(new RegExp(`${ESCAPE}\\[\\d+m`, 'g'), '')).toBe(piped.stdout)
  })

  it.each([['traces'], ['logs'], ['services'], ['keys']])('of clew %s --json is one document', async (verb) => {
    const { stdout, code } = await runClew([verb, '--json'], { env: clew.env })
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toHaveProperty('meta.complete', true)
  })

  it('goes nowhere quietly when the reader has gone', async () => {
    const child = spawn(process.execPath, [CLEW_BIN, 'trace', traceId], {
      env: cleanEnvironment(clew.env),
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    child.stdout.destroy()
    let stderr = ''
    child.stderr.on('data', (chunk: Buffer) => (stderr += String(chunk)))
    const code = await new Promise((resolve) => child.on('close', resolve))
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  })
})

describe('clew keys', () => {
  it('lists keys, and gives one a column and takes it away', async () => {
    const list = await runClew(['keys', '--level', 'resource'], { env: clew.env })
    expect(list.stdout).toMatch(/^KEY +LEVEL +TYPE +BYTES +ON DISK[^]*service\.name +resource +string/)
    expect(list.stderr).toMatch(/ of \d+ keys; 0 have columns by promotion/)
    const wanted = JSON.parse((await runClew(['keys', '--level', 'span', '--json'], { env: clew.env })).stdout) as {
      keys: { key: string; state: string }[]
    }
    const key = wanted.keys.find(({ state }) => state === 'map')!.key
    const promoted = await runClew(['keys', 'promote', key], { env: clew.env })
    expect(promoted.stdout).toContain(`span ${key}: gets a column`)
    expect((await runClew(['keys', key, '--level', 'span'], { env: clew.env })).stdout).toMatch(
      /(promoted|filling \d+ %) \(set by hand\)/,
    )
    expect((await runClew(['keys', 'demote', key], { env: clew.env })).stdout).toContain('will be dropped')
    const unknown = await runClew(['keys', 'promote', 'no.such.key'], { env: clew.env })
    expect({ code: unknown.code, stderr: unknown.stderr }).toMatchObject({ code: 4 })
    expect(unknown.stderr).toMatch(/no span has had an attribute/)
  })
})

describe('clew tail', () => {
  it('shows log records and spans as they arrive, and ends with 0 on SIGINT', async () => {
    const logs = spawnClew(['tail', '--json'], { env: clew.env })
    const spans = spawnClew(['tail', '--signal', 'traces'], { env: clew.env })
    // Each test trace may come before the subscription stands, so it is sent until both have seen one.
    await eventually(async () => {
      await fetch(`${clew.ui}/api/test-trace`, { method: 'POST' })
      return logs.output().stdout !== '' && spans.output().stdout !== '' ? true : undefined
    })
    logs.child.kill('SIGINT')
    spans.child.kill('SIGINT')
    const [logsEnd, spansEnd] = await Promise.all([logs.finished, spans.finished])
    expect([logsEnd.code, spansEnd.code]).toEqual([0, 0])
    expect(JSON.parse(logsEnd.stdout.split('\n')[0] as string)).toMatchObject({
      service: 'clew-test',
      text: 'hello from the test trace',
    })
    expect(spansEnd.stdout).toMatch(/clew-test (test trace|say hello)/)
  })
})

describe('clew run', () => {
  it('ends with the exit code of the command and hands signals on', async () => {
    expect((await runClew(['run', '--', process.execPath, '-e', 'process.exit(7)'], { env: clew.env })).code).toBe(7)
    const waiting = spawnClew(['run', '--', process.execPath, '-e', 'console.log("up"); setInterval(() => {}, 1000)'], {
      env: clew.env,
    })
    await eventually(async () => (waiting.output().stdout.includes('up') ? true : undefined))
    waiting.child.kill('SIGTERM')
    const { code, signal } = await waiting.finished
    expect([code, signal]).not.toEqual([0, null])
  })

  it('says when there is no such command', async () => {
    const { code, stderr } = await runClew(['run', '--', 'no-such-command-anywhere'], { env: clew.env })
    expect(code).toBe(1)
    expect(stderr).toContain("no command 'no-such-command-anywhere'")
  })

  it('sets OTEL_* for any program, pointing at the Clew that runs here', async () => {
    const script =
      'console.log(JSON.stringify(Object.fromEntries(Object.entries(process.env).filter(([name]) => name.startsWith("OTEL_")))))'
    const { stdout } = await runClew(['run', '--service', 'anything', '--', process.execPath, '-e', script], {
      env: clew.env,
    })
    expect(JSON.parse(stdout)).toMatchObject({
      OTEL_SERVICE_NAME: 'anything',
      OTEL_EXPORTER_OTLP_ENDPOINT: clew.otlpHttp,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
    })
  })

  it('makes the traces of an untouched Node program searchable', async () => {
    const program = `
      const http = require('node:http')
      const server = http.createServer((request, response) => response.end('hi'))
      server.listen(0, '127.0.0.1', async () => {
        await (await fetch('http://127.0.0.1:' + server.address().port + '/hello')).text()
        server.close()
      })`
    const { code } = await runClew(['run', '--service', 'untouched', '--', process.execPath, '-e', program], {
      env: clew.env,
    })
    expect(code).toBe(0)
    const found = await eventually(async () => {
      const { stdout } = await runClew(['traces', '--json', '--service', 'untouched'], { env: clew.env })
      const { traces } = JSON.parse(stdout) as { traces: { spanCount: number }[] }
      return traces[0]
    })
    expect(found.spanCount).toBeGreaterThanOrEqual(2)
  })
})
