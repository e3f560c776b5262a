import { execFileSync } from 'node:child_process'
import { copyFileSync, existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import * as https from 'node:https'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-grpc'
import { BasicTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { Metadata } from '@grpc/grpc-js'
import { afterAll, describe, expect, it } from 'vitest'
import {
  eventually,
  FREE_PORTS,
  firstJsonLine,
  newDataDir,
  removeDataDirs,
  runClew,
  spawnClew,
  startClew,
} from './clew-process.ts'
import type { ClewProcess, Finished } from './clew-process.ts'

const running: ClewProcess[] = []
afterAll(async () => {
  for (const clew of running) await clew.stop()
  removeDataDirs()
})

async function start(...parameters: Parameters<typeof startClew>): Promise<ClewProcess> {
  const clew = await startClew(...parameters)
  running.push(clew)
  return clew
}

async function createToken(dataDir: string, name: string, scope: string): Promise<string> {
  const { stdout } = await runClew(['token', 'create', name, '--scope', scope, '--data-dir', dataDir])
  return stdout.trim()
}

const status = async (url: string, token?: string, init: RequestInit = {}): Promise<number> =>
  (
    await fetch(url, {
      ...init,
      headers: { ...(token === undefined ? {} : { authorization: `Bearer ${token}` }), ...init.headers },
    })
  ).status
const otlp = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' }

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
    for (const path of ['/healthz', '/readyz']) expect(await status(`${clew.ui}${path}`)).toBe(200)
    const url = `${clew.otlpHttp}/v1/traces`
    expect([
      await status(url, undefined, otlp),
      await status(url, 'wrong', otlp),
      await status(url, reader, otlp),
      await status(url, sender, otlp),
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
    expect(await status(`${clew.otlpHttp}/v1/traces`, sender, otlp)).toBe(200)
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

describe('tokens in settings', () => {
  const token = 'a-token-of-my-own-making-1'
  it('are hashes where they lie in a file, made by clew token hash', async () => {
    const folder = newDataDir()
    const hashed = await new Promise<Finished>((resolve, reject) => {
      const child = spawnClew(['token', 'hash', 'ci', '--scope', 'ingest,read', '--new'])
      child.finished.then(resolve, reject)
    })
    const [made = ''] = /clew_\S+/.exec(hashed.stderr) ?? []
    expect(hashed.stdout.trim()).toMatch(/^ci:ingest\+read:sha256:[0-9a-f]{64}$/)
    writeFileSync(join(folder, 'plain.yaml'), `auth_token: ["${token}"]\n`)
    const plain = await runClew(['up', '--settings', join(folder, 'plain.yaml'), '--data-dir', folder, ...FREE_PORTS])
    expect([plain.code, plain.stderr]).toEqual([
      2,
      expect.stringContaining('plain.yaml:1:1: a token stands here in plain text'),
    ])
    expect(plain.stderr).not.toContain(token)
    writeFileSync(join(folder, 'hashed.yaml'), `auth_token: ["${hashed.stdout.trim()}"]\n`)
    const clew = await start(newDataDir(), ['--settings', join(folder, 'hashed.yaml')])
    expect(await status(`${clew.ui}/api/status`, made)).toBe(200)
    await clew.stop()
  })

  it('given as a flag are not seen by other users of the machine', async () => {
    const clew = await start(newDataDir(), ['--auth-token', `ci:read:${token}`, '--session-key', 'k'.repeat(32)])
    expect(await status(`${clew.ui}/api/status`, token)).toBe(200)
    const seen = execFileSync('ps', ['-o', 'args=', '-p', String(clew.process.child.pid)]).toString()
    expect(seen).toContain('clew up')
    expect(seen).not.toContain(token)
    expect(seen).not.toContain('kkkk')
    await clew.stop()
  })
})

describe('secrets', () => {
  const secret = 'hunter2-hunter2'
  it.each([
    ['a wrong store address', ['up', '--store', `mysql://u:${secret}@h`]],
    ['a store that cannot be reached', ['up', '--store', `clickhouse://u:${secret}@127.0.0.1:1/db`, ...FREE_PORTS]],
    ['a short session key', ['up', '--session-key', secret]],
    ['a token that cannot be one', ['up', '--auth-token', `ci:read:${secret} x`]],
    ['a scope that is none', ['up', '--auth-token', `ci:write:${secret}-${secret}`]],
    [
      'a printed configuration',
      [
        'print-config',
        '--set',
        `exporters.otlp_http.headers.x=${secret}`,
        '--set',
        `exporters.otlp_http.endpoint=https://u:${secret}@h`,
      ],
    ],
  ])('are not repeated: %s', async (_what, args) => {
    const { stdout, stderr } = await runClew([...args, '--data-dir', newDataDir()])
    expect(stdout + stderr).not.toBe('')
    expect(stdout + stderr).not.toContain(secret)
  })
})

describe('TLS', () => {
  const pem = (name: string): string =>
    fileURLToPath(new URL(`../packages/collector/src/testdata/tls/${name}`, import.meta.url))
  const read = (name: string): string => readFileSync(pem(name), 'utf8')
  const client = { cert: read('client.pem'), key: read('client.key') }

  /** Asks over TLS; gives the status, or why there was no connection. */
  function ask(url: string, options: https.RequestOptions): Promise<number | string> {
    return new Promise((resolve) => {
      const request = https.request(url, { agent: false, ...options }, (response) => {
        response.resume()
        resolve(response.statusCode ?? 0)
      })
      request.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
      request.end(options.method === 'POST' ? '{}' : undefined)
    })
  }

  it('protects every port, asks for client certificates, and takes a renewed certificate without a restart', async () => {
    const folder = newDataDir()
    const [cert, key] = [join(folder, 'tls.crt'), join(folder, 'tls.key')]
    copyFileSync(pem('server.pem'), cert)
    copyFileSync(pem('server.key'), key)
    const dataDir = newDataDir()
    const clew = await start(dataDir, ['--tls-cert', cert, '--tls-key', key, '--tls-client-ca', pem('ca.pem')])
    for (const url of [clew.ui, clew.otlpHttp, clew.otlpGrpc]) expect(url).toMatch(/^https:/)

    const trusted = { ca: read('ca.pem') }
    expect(await ask(`${clew.ui}/healthz`, {})).toMatch(/SELF_SIGNED|UNABLE_TO/)
    for (const [url, options] of [
      [`${clew.ui}/api/status`, {}],
      [`${clew.otlpHttp}/v1/traces`, otlp],
    ] as const) {
      expect(await ask(url, { ...options, ...trusted })).not.toBe(200)
      expect(await ask(url, { ...options, ...trusted, ...client })).toBe(200)
    }
    await expect(fetch(clew.ui.replace('https', 'http'))).rejects.toThrow('fetch failed')

    const env = {
      CLEW_URL: clew.ui,
      CLEW_CA_FILE: pem('ca.pem'),
      CLEW_CERT_FILE: pem('client.pem'),
      CLEW_KEY_FILE: pem('client.key'),
    }
    expect((await runClew(['services'], { env })).code).toBe(0)
    expect((await runClew(['services'], { env: { CLEW_URL: clew.ui } })).code).toBe(3)
    const bench = (scheme: string, url: string) => [
      ...['bench', 'load', '--target', url.replace('https', scheme), '--for', '200ms', '--spans-per-second', '100'],
    ]
    expect((await runClew(bench('grpcs', clew.otlpGrpc), { env })).code).toBe(0)
    expect((await runClew(bench('https', clew.otlpHttp), { env })).code).toBe(0)

    copyFileSync(pem('renewed-server.pem'), cert)
    copyFileSync(pem('renewed-server.key'), key)
    const renewed = { ca: read('renewed-ca.pem'), ...client }
    await eventually(async () => ((await ask(`${clew.ui}/healthz`, renewed)) === 200 ? true : undefined))
    await eventually(async () =>
      (await ask(`${clew.otlpHttp}/v1/traces`, { ...otlp, ...renewed })) === 200 ? true : undefined,
    )
    await clew.stop()
  })

  it('is spoken by the commands of this user and by the test trace', async () => {
    const dataDir = newDataDir()
    const clew = await start(dataDir, ['--tls-cert', pem('server.pem'), '--tls-key', pem('server.key')])
    const doctor = await runClew(['doctor', '--json'], { env: { CLEW_DATA_DIR: dataDir } })
    expect(doctor.stdout).toContain('a test trace was searchable')
    await clew.stop()
  })

  it('needs certificate and key', async () => {
    const { code, stderr } = await runClew(['up', '--tls-cert', pem('server.pem'), ...FREE_PORTS])
    expect([code, stderr]).toEqual([2, expect.stringContaining('--tls-cert and --tls-key belong together')])
    const mixed = [
      'up',
      '--tls-cert',
      pem('server.pem'),
      '--tls-key',
      pem('client.key'),
      '--data-dir',
      newDataDir(),
      ...FREE_PORTS,
    ]
    expect((await runClew(mixed)).stderr).toContain('the TLS certificate cannot be used')
  })
})

it('no text of telemetry reprograms the terminal it is shown on', async () => {
  const clew = await start()
  const evil = 'a\u001b]0;owned\u0007\u001b[2J\u009b1m\r\nb'
  const traceId = '0000000000000000000000000000e5c0'
  const nanos = `${Date.now() - 1000}000000`
  const attribute = (key: string, value: string) => ({ key, value: { stringValue: value } })
  const resource = { attributes: [attribute('service.name', evil), attribute(evil, evil)] }
  const scope = { name: evil }
  const span = {
    ...{ traceId, spanId: '00000000000000e5', name: evil, kind: 2, startTimeUnixNano: nanos, endTimeUnixNano: nanos },
    ...{ attributes: [attribute(evil, evil)], status: { code: 2, message: evil } },
    events: [{ name: evil, timeUnixNano: nanos, attributes: [attribute(evil, evil)] }],
  }
  const record = {
    timeUnixNano: nanos,
    severityText: evil,
    severityNumber: 17,
    body: { stringValue: evil },
    eventName: evil,
  }
  const send = (path: string, body: unknown) =>
    status(`${clew.otlpHttp}${path}`, undefined, { ...otlp, body: JSON.stringify(body) })
  expect(await send('/v1/traces', { resourceSpans: [{ resource, scopeSpans: [{ scope, spans: [span] }] }] })).toBe(200)
  expect(await send('/v1/logs', { resourceLogs: [{ resource, scopeLogs: [{ scope, logRecords: [record] }] }] })).toBe(
    200,
  )
  await eventually(async () => ((await status(`${clew.ui}/api/traces/${traceId}`)) === 200 ? true : undefined))
  const env = { ...clew.env, FORCE_COLOR: '' }
  for (const args of [
    ['traces'],
    ['trace', traceId],
    ['trace', traceId, '--span', '00000000000000e5'],
    ['logs'],
    ['services'],
  ]) {
    const { stdout, stderr, code } = await runClew(args, { env })
    expect([args[0], code, stdout]).toEqual([args[0], 0, expect.stringContaining('owned')])
    // Line breaks are ours; everything else below a blank would be the sender's.
    expect((stdout + stderr).match(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g)).toBeNull()
  }
  await clew.stop()
})
