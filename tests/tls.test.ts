import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import * as http2 from 'node:http2'
import * as https from 'node:https'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { OTLP, start } from './ask.ts'
import { eventually, firstJsonLine, FREE_PORTS, newDataDir, runClew, spawnClew } from './clew-process.ts'

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

  /** Sends an empty OTLP request over gRPC; gives its status, or why there was no connection. */
  function askGrpc(url: string, options: http2.SecureClientSessionOptions): Promise<number | string> {
    return new Promise((resolve) => {
      const session = http2.connect(url, options)
      const end = (answer: number | string): void => {
        session.destroy()
        resolve(answer)
      }
      session.on('error', (error: NodeJS.ErrnoException) => end(error.code ?? error.message))
      session.on('close', () => end('closed'))
      const call = session.request({
        ':method': 'POST',
        ':path': '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
        'content-type': 'application/grpc',
        te: 'trailers',
      })
      call.on('error', (error: NodeJS.ErrnoException) => end(error.code ?? error.message))
      call.on('trailers', (trailers) => end(Number(trailers['grpc-status'])))
      call.resume()
      call.end(Buffer.alloc(5))
    })
  }

  /** Opens the WebSocket of an agent. */
  function askWebSocket(url: string, options: https.RequestOptions): Promise<number | string> {
    return new Promise((resolve) => {
      const headers = {
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
      }
      const request = https.request(url, { agent: false, headers, ...options }, (response) => {
        response.resume()
        resolve(response.statusCode ?? 0)
      })
      request.on('upgrade', (response, socket) => {
        socket.destroy()
        resolve(response.statusCode ?? 0)
      })
      request.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
      request.end()
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
      [`${clew.otlpHttp}/v1/traces`, OTLP],
    ] as const) {
      expect(await ask(url, { ...options, ...trusted })).not.toBe(200)
      expect(await ask(url, { ...options, ...trusted, ...client })).toBe(200)
    }
    expect(await askGrpc(clew.otlpGrpc, { ca: read('ca.pem') })).not.toBe(0)
    expect(await askGrpc(clew.otlpGrpc, { ca: read('ca.pem'), ...client })).toBe(0)
    expect(await askWebSocket(`${clew.ui}/v1/opamp`, trusted)).not.toBe(101)
    expect(await askWebSocket(`${clew.ui}/v1/opamp`, { ...trusted, ...client })).toBe(101)
    await expect(fetch(clew.ui.replace('https', 'http'))).rejects.toThrow('fetch failed')

    const env = {
      CLEW_URL: clew.ui,
      CLEW_CA_FILE: pem('ca.pem'),
      CLEW_CERT_FILE: pem('client.pem'),
      CLEW_KEY_FILE: pem('client.key'),
    }
    expect((await runClew(['services'], { env })).code).toBe(0)
    expect((await runClew(['services'], { env: { CLEW_URL: clew.ui } })).code).toBe(3)
    const bench = (scheme: string, url: string): string[] => [
      'bench',
      'load',
      '--target',
      url.replace('https', scheme),
      '--for',
      '200ms',
      '--spans-per-second',
      '100',
    ]
    expect((await runClew(bench('grpcs', clew.otlpGrpc), { env })).code).toBe(0)
    expect((await runClew(bench('https', clew.otlpHttp), { env })).code).toBe(0)

    copyFileSync(pem('renewed-server.pem'), cert)
    copyFileSync(pem('renewed-server.key'), key)
    const renewed = { ca: read('renewed-ca.pem'), ...client }
    await eventually(async () => ((await ask(`${clew.ui}/healthz`, renewed)) === 200 ? true : undefined))
    await eventually(async () =>
      (await ask(`${clew.otlpHttp}/v1/traces`, { ...OTLP, ...renewed })) === 200 ? true : undefined,
    )
    await eventually(async () => ((await askGrpc(clew.otlpGrpc, renewed)) === 0 ? true : undefined))
    await clew.stop()
  })

  it('is spoken by the commands of this user and by the test trace', async () => {
    const dataDir = newDataDir()
    const clew = await start(dataDir, ['--tls-cert', pem('server.pem'), '--tls-key', pem('server.key')])
    const doctor = await runClew(['doctor', '--json'], { env: { CLEW_DATA_DIR: dataDir } })
    expect(doctor.stdout).toContain('a test trace was searchable')
    await clew.stop()
  })

  it('holds for the port of own metrics, too', async () => {
    const path = join(newDataDir(), 'collector.yaml')
    writeFileSync(
      path,
      `receivers: {otlp: {protocols: {http: {endpoint: "127.0.0.1:0"}}}}
exporters: {debug: }
service:
  telemetry: {metrics: {readers: [{pull: {exporter: {prometheus: {host: 127.0.0.1, port: 0}}}}]}}
  pipelines: {traces: {receivers: [otlp], exporters: [debug]}}
`,
    )
    const tls = ['--tls-cert', pem('server.pem'), '--tls-key', pem('server.key'), '--tls-client-ca', pem('ca.pem')]
    const running = spawnClew(['collector', '--config', path, '--log-format', 'json', '--json', ...tls])
    await firstJsonLine(running)
    const url = await eventually(() => Promise.resolve(/https:\/\/[\d.:]+\/metrics/.exec(running.output().stderr)?.[0]))
    expect(await ask(url, { ca: read('ca.pem') })).not.toBe(200)
    expect(await ask(url, { ca: read('ca.pem'), ...client })).toBe(200)
    running.child.kill()
    expect((await running.finished).code).toBe(0)
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
