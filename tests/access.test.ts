import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Metadata } from '@grpc/grpc-js'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-grpc'
import { BasicTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { describe, expect, it } from 'vitest'
import { createToken, OTLP, start, status } from './ask.ts'
import { eventually, firstJsonLine, FREE_PORTS, newDataDir, runClew, spawnClew } from './clew-process.ts'
import type { ClewProcess } from './clew-process.ts'

/** Sends a span with the official exporter over gRPC; gives the status code it ended with. */
function sendGrpc(url: string, token?: string): Promise<number> {
  const metadata = new Metadata()
  if (token !== undefined) metadata.set('authorization', `Bearer ${token}`)
  const exporter = new OTLPTraceExporter({ url, metadata })
  return new Promise((resolve) => {
    const provider = new BasicTracerProvider({
      spanProcessors: [
        new SimpleSpanProcessor({
          export: (spans, done) =>
            exporter.export(spans, (result) => {
              done(result)
              void exporter.shutdown().then(() => resolve((result.error as { code?: number } | undefined)?.code ?? 0))
            }),
          shutdown: () => Promise.resolve(),
        }),
      ],
    })
    provider.getTracer('test').startSpan('over grpc').end()
  })
}

describe('listening for other machines', () => {
  it('is refused without a token, before anything is opened, and the message says what to do', async () => {
    const dataDir = newDataDir()
    const { code, stderr } = await runClew(['up', '--host', '0.0.0.0', '--data-dir', dataDir, ...FREE_PORTS])
    expect(code).toBe(2)
    expect(stderr).toContain('0.0.0.0 can be reached by other machines, and nothing keeps strangers out')
    expect(stderr).toContain('clew token create')
    expect(readdirSync(dataDir)).toEqual([])
  })

  it('is refused for a configuration of one’s own, too', async () => {
    const path = join(newDataDir(), 'collector.yaml')
    writeFileSync(
      path,
      'receivers: {otlp: {protocols: {grpc: {endpoint: "0.0.0.0:0"}}}}\nexporters: {debug: }\nservice: {pipelines: {traces: {receivers: [otlp], exporters: [debug]}}}\n',
    )
    const refused = await runClew(['collector', '--config', path])
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('nothing keeps strangers out')])
    const open = spawnClew(['collector', '--config', path, '--insecure', '--json'])
    await firstJsonLine(open)
    open.child.kill()
    expect((await open.finished).code).toBe(0)
  })

  it('goes with --insecure, which says what it means', async () => {
    const clew = await start(newDataDir(), ['--host', '0.0.0.0', '--insecure'])
    expect(clew.process.output().stderr).toContain('whoever reaches these ports can read everything')
    expect(await status(`${clew.ui}/api/status`)).toBe(200)
    await clew.stop()
  })

  it('goes with a token', async () => {
    const dataDir = newDataDir()
    const token = await createToken(dataDir, 'ops', 'admin')
    const clew = await start(dataDir, ['--host', '0.0.0.0'])
    expect([await status(`${clew.ui}/api/status`), await status(`${clew.ui}/api/status`, token)]).toEqual([401, 200])
    await clew.stop()
  })
})

describe('tokens', () => {
  let clew: ClewProcess
  let dataDir: string
  let sender: string
  let reader: string

  it('are made by many commands at once, and none is lost', async () => {
    dataDir = newDataDir()
    const names = ['a', 'b', 'c', 'd']
    const tokens = await Promise.all(names.map((name) => createToken(dataDir, name, 'read')))
    const listed = await runClew(['token', 'list', '--json', '--data-dir', dataDir])
    const { tokens: found } = JSON.parse(listed.stdout) as { tokens: { name: string }[] }
    expect(found.map(({ name }) => name).toSorted()).toEqual(names)
    for (const token of tokens) expect(listed.stdout).not.toContain(token)
    const again = await runClew(['token', 'create', 'a', '--data-dir', dataDir])
    expect([again.code, again.stderr]).toEqual([2, expect.stringContaining("there is a token 'a' already")])
  })

  it('are asked for on every port, health excepted', async () => {
    sender = await createToken(dataDir, 'sender', 'ingest')
    reader = await createToken(dataDir, 'reader', 'read')
    clew = await start(dataDir)
    for (const path of ['/api/status', '/api/traces', '/api/openapi.json', '/jaeger/api/services', '/metrics']) {
      const url = `${clew.ui}${path}`
      expect([
        path,
        await status(url),
        await status(url, 'wrong'),
        await status(url, sender),
        await status(url, reader),
      ]).toEqual([path, 401, 401, 403, 200])
    }
    const agents = `${clew.ui}/sampling?service=cart`
    expect([await status(agents), await status(agents, reader), await status(agents, sender)]).toEqual([401, 403, 200])
    for (const path of ['/healthz', '/readyz']) expect(await status(`${clew.ui}${path}`)).toBe(200)
    const url = `${clew.otlpHttp}/v1/traces`
    expect([
      await status(url, undefined, OTLP),
      await status(url, 'wrong', OTLP),
      await status(url, reader, OTLP),
      await status(url, sender, OTLP),
    ]).toEqual([401, 401, 403, 200])
    expect([
      await sendGrpc(clew.otlpGrpc),
      await sendGrpc(clew.otlpGrpc, reader),
      await sendGrpc(clew.otlpGrpc, sender),
    ]).toEqual([16, 7, 0])
  })

  it('are sent by the commands: CLEW_AUTH_TOKEN, and for the Clew of this user nothing at all', async () => {
    const elsewhere = { CLEW_URL: clew.ui }
    const stranger = await runClew(['services'], { env: elsewhere })
    expect([stranger.code, stranger.stderr]).toEqual([1, expect.stringContaining('CLEW_AUTH_TOKEN')])
    expect((await runClew(['services'], { env: { ...elsewhere, CLEW_AUTH_TOKEN: reader } })).code).toBe(0)
    expect((await runClew(['services'], { env: clew.env })).code).toBe(0)
    const doctor = await runClew(['doctor', '--json'], { env: clew.env })
    expect(doctor.stdout).toContain('a test trace was searchable')
    const bench = [
      'bench',
      'load',
      '--target',
      clew.otlpGrpc.replace('http', 'grpc'),
      '--for',
      '200ms',
      '--spans-per-second',
      '100',
    ]
    expect((await runClew(bench)).code).toBe(1)
    expect((await runClew(bench, { env: { CLEW_AUTH_TOKEN: sender } })).code).toBe(0)
    expect((await runClew(bench, { env: { CLEW_DATA_DIR: dataDir } })).code).toBe(0)
  })

  const found = (service: string): Promise<true> =>
    eventually(async () => {
      const { stdout } = await runClew(['logs', '--json', '--service', service], { env: clew.env })
      return stdout.includes('hello from the program') ? true : undefined
    })
  const program = [process.execPath, '-e', 'console.log("hello from the program")']

  it('reach the programs that clew run starts', async () => {
    await runClew(['run', '--service', 'by-data-dir', '--', ...program], { env: { CLEW_DATA_DIR: dataDir } })
    await found('by-data-dir')
    const env = { CLEW_AUTH_TOKEN: sender }
    await runClew(['run', '--service', 'by-token', '--endpoint', clew.otlpHttp, '--', ...program], { env })
    await found('by-token')
    const shown = await runClew(
      ['run', '--endpoint', clew.otlpHttp, '--', 'sh', '-c', 'echo $OTEL_EXPORTER_OTLP_HEADERS'],
      {
        env: { ...env, OTEL_EXPORTER_OTLP_HEADERS: 'x-tenant=blue' },
      },
    )
    expect(shown.stdout.trim()).toBe(`x-tenant=blue,authorization=Bearer%20${sender}`)
    const own = await runClew(
      ['run', '--endpoint', clew.otlpHttp, '--', 'sh', '-c', 'echo $OTEL_EXPORTER_OTLP_HEADERS'],
      {
        env: { ...env, OTEL_EXPORTER_OTLP_HEADERS: 'Authorization=mine' },
      },
    )
    expect(own.stdout.trim()).toBe('Authorization=mine')
  })

  it('are sent by the agent alone', async () => {
    const register = fileURLToPath(new URL('../packages/agent/dist/register.js', import.meta.url))
    execFileSync(process.execPath, ['--import', register, ...program.slice(1)], {
      env: {
        PATH: process.env['PATH'],
        OTEL_SERVICE_NAME: 'by-agent',
        OTEL_EXPORTER_OTLP_ENDPOINT: clew.otlpHttp,
        CLEW_AUTH_TOKEN: sender,
      },
    })
    await found('by-agent')
  })

  it('count no more within a second after they are revoked', async () => {
    expect((await runClew(['token', 'revoke', 'nobody', '--data-dir', dataDir])).code).toBe(4)
    expect((await runClew(['token', 'revoke', 'reader', '--data-dir', dataDir])).code).toBe(0)
    await eventually(async () => ((await status(`${clew.ui}/api/status`, reader)) === 401 ? true : undefined))
    expect(await status(`${clew.otlpHttp}/v1/traces`, sender, OTLP)).toBe(200)
  })

  it('stand in no file and in no line of the log; what is left for this user is for this user alone', async () => {
    expect(clew.process.output().stderr).toContain('were refused')
    for (const token of [sender, reader]) {
      expect(clew.process.output().stderr).not.toContain(token)
      expect(filesWith(dataDir, token)).toEqual([])
    }
    expect(statSync(join(dataDir, 'running.json')).mode & 0o777).toBe(0o600)
    expect(statSync(join(dataDir, 'tokens.json')).mode & 0o777).toBe(0o600)
    const { tokens } = JSON.parse(readFileSync(join(dataDir, 'running.json'), 'utf8')) as { tokens: { admin: string } }
    expect(await status(`${clew.ui}/api/status`, tokens.admin)).toBe(200)
    await clew.stop()
    expect(existsSync(join(dataDir, 'running.json'))).toBe(false)
  })
})

function filesWith(folder: string, text: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => existsSync(path) && readFileSync(path).includes(text))
}
