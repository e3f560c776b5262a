import { copyFileSync, mkdtempSync, renameSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from 'node:tls'
import * as grpc from '@grpc/grpc-js'
import { ClewError } from '@clew/base/errors'
import { createLogger } from '@clew/base/logger'
import { grants, type Scope } from '@clew/base/scope'
import { afterEach, describe, expect, test } from 'vitest'
import type { RunningCollector } from '../../core/start-collector.ts'
import { LOCAL_ACCESS, type AccessPolicy } from '../../kit/access.ts'
import { OTLP_GRPC_METHOD } from '../../kit/otlp-paths.ts'
import { MemoryConsumer } from '../../testdata/memory-consumer.ts'
import { OTLP_TO_STORE, registryWith, runYaml } from '../../testdata/run.ts'
import { spansBytes } from '../../testdata/telemetry.ts'

const SCOPES_OF: Readonly<Record<string, readonly Scope[]>> = {
  'Bearer sender': ['ingest'],
  'Bearer reader': ['read'],
  'Bearer admin': ['admin'],
}
/** What the program around gives: tokens by their header. */
const TOKENS: AccessPolicy = {
  mayBeOpen: false,
  required: () => true,
  scopesOf: (authorization) => SCOPES_OF[authorization ?? ''],
  refusal: (scopes, needed) =>
    scopes !== undefined && grants(scopes, needed)
      ? undefined
      : new ClewError(scopes === undefined ? 'UNAUTHENTICATED' : 'FORBIDDEN', 'not you', { fix: 'bring a token' }),
}

const running: RunningCollector[] = []
afterEach(async () => {
  for (const one of running.splice(0)) await one.shutdown(2000)
})

async function start(yaml: string, access: AccessPolicy, store = new MemoryConsumer()): Promise<RunningCollector> {
  const collector = await runYaml(yaml, registryWith(store), { access })
  running.push(collector)
  return collector
}

function post(collector: RunningCollector, headers: Record<string, string>, path = '/v1/traces'): Promise<Response> {
  return fetch(`http://${collector.addresses()['receiver/otlp']?.['http']}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-protobuf', ...headers },
    body: spansBytes(2) as BodyInit,
  })
}

function call(collector: RunningCollector, authorization?: string, path: string = OTLP_GRPC_METHOD.traces) {
  const address = collector.addresses()['receiver/otlp']?.['grpc'] ?? ''
  const client = new grpc.Client(address, grpc.credentials.createInsecure())
  const metadata = new grpc.Metadata()
  if (authorization !== undefined) metadata.set('authorization', authorization)
  const same = (value: Uint8Array): Buffer => Buffer.from(value)
  return new Promise<number>((resolve) => {
    client.makeUnaryRequest(path, same, same, spansBytes(2), metadata, (error) => {
      client.close()
      resolve(error?.code ?? 0)
    })
  })
}

describe('with tokens set', () => {
  test('OTLP over HTTP takes a sender and an admin, and nobody else; the refusals are counted', async () => {
    const store = new MemoryConsumer()
    const collector = await start(OTLP_TO_STORE, TOKENS, store)
    const stranger = await post(collector, {})
    expect([stranger.status, stranger.headers.get('www-authenticate')]).toEqual([401, 'Bearer realm="clew"'])
    expect((await post(collector, { authorization: 'Bearer wrong' })).status).toBe(401)
    expect((await post(collector, { authorization: 'Bearer reader' })).status).toBe(403)
    expect((await post(collector, {}, '/v1/nothing')).status).toBe(401)
    expect(store.points()).toBe(0)
    expect((await post(collector, { authorization: 'Bearer sender' })).status).toBe(200)
    expect((await post(collector, { authorization: 'Bearer admin' })).status).toBe(200)
    expect(store.points()).toBe(4)
    expect(
      collector
        .snapshot()
        .refused.map(({ reason }) => reason)
        .toSorted(),
    ).toEqual(['not_allowed', 'unauthenticated'])
  })

  test('OTLP over gRPC says UNAUTHENTICATED and PERMISSION_DENIED, for unknown methods too', async () => {
    const store = new MemoryConsumer()
    const collector = await start(OTLP_TO_STORE, TOKENS, store)
    expect(await call(collector)).toBe(grpc.status.UNAUTHENTICATED)
    expect(await call(collector, 'Bearer wrong')).toBe(grpc.status.UNAUTHENTICATED)
    expect(await call(collector, 'Bearer reader')).toBe(grpc.status.PERMISSION_DENIED)
    expect(await call(collector, undefined, '/a.b/C')).toBe(grpc.status.UNAUTHENTICATED)
    expect(store.points()).toBe(0)
    expect(await call(collector, 'Bearer sender')).toBe(grpc.status.OK)
    expect(store.points()).toBe(2)
    expect(await call(collector, 'Bearer sender', '/a.b/C')).toBe(grpc.status.UNIMPLEMENTED)
  })

  test('a browser may ask whether it may send a token, without one', async () => {
    const collector = await start(OTLP_TO_STORE, TOKENS)
    const response = await fetch(`http://${collector.addresses()['receiver/otlp']?.['http']}/v1/traces`, {
      method: 'OPTIONS',
      headers: {
        origin: 'http://localhost:3000',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type',
      },
    })
    expect(response.status).toBe(204)
    expect(response.headers.get('access-control-allow-headers')).toBe('authorization, content-type')
  })

  test('own metrics are for readers, health checks for everybody', async () => {
    const yaml = `
receivers: {otlp: {protocols: {http: {endpoint: "127.0.0.1:0"}}}}
exporters: {debug: }
extensions: {health_check: {endpoint: "127.0.0.1:0"}}
service:
  extensions: [health_check]
  telemetry: {metrics: {readers: [{pull: {exporter: {prometheus: {host: 127.0.0.1, port: 0}}}}]}}
  pipelines: {traces: {receivers: [otlp], exporters: [debug]}}
`
    const lines: string[] = []
    const logger = createLogger({ level: 'info', format: 'json', write: (line) => lines.push(line) })
    const collector = await runYaml(yaml, registryWith(new MemoryConsumer()), { access: TOKENS, logger })
    running.push(collector)
    const metrics = lines.map((line) => JSON.parse(line) as { url?: string }).find(({ url }) => url !== undefined)?.url
    const status = async (url: string, authorization?: string): Promise<number> =>
      (await fetch(url, authorization === undefined ? {} : { headers: { authorization } })).status
    expect(await status(metrics ?? '')).toBe(401)
    expect(await status(metrics ?? '', 'Bearer sender')).toBe(403)
    expect(await status(metrics ?? '', 'Bearer reader')).toBe(200)
    expect(await status(`http://${collector.addresses()['extension/health_check']?.['http']}/`)).toBe(200)
  })
})

describe('a bind that other machines can reach', () => {
  const at = (protocol: string, endpoint: string, more = ''): string => `
receivers: {otlp: {protocols: {${protocol}: {endpoint: "${endpoint}"${more}}}}}
exporters: {clew: }
service: {pipelines: {traces: {receivers: [otlp], exporters: [clew]}}}
`
  test.each([
    ['grpc', '0.0.0.0:0'],
    ['http', '0.0.0.0:0'],
    ['http', ':0'],
    ['grpc', '[::]:0'],
  ])('is refused without a token: %s at %s', async (protocol, endpoint) => {
    await expect(start(at(protocol, endpoint), LOCAL_ACCESS)).rejects.toMatchObject({
      code: 'OPEN_TO_ALL',
      fix: expect.stringContaining('clew token create'),
    })
  })

  test('is taken with a token, with client certificates, or when the user says so', async () => {
    await start(at('http', '0.0.0.0:0'), TOKENS)
    await start(at('grpc', '0.0.0.0:0'), { ...LOCAL_ACCESS, mayBeOpen: true })
    const tls = `, tls: {cert_file: ${pem('server.pem')}, key_file: ${pem('server.key')}, client_ca_file: ${pem('ca.pem')}}`
    await start(at('grpc', '0.0.0.0:0', tls), LOCAL_ACCESS)
    expect(running).toHaveLength(3)
  })

  test('needs no token on this machine', async () => {
    await start(at('http', 'localhost:0'), LOCAL_ACCESS)
    await start(at('grpc', '127.0.0.1:0'), LOCAL_ACCESS)
    expect(running).toHaveLength(2)
  })
})

const pem = (name: string): string => join(import.meta.dirname, '..', '..', 'testdata', 'tls', name)

describe.each(['grpc', 'http'])('a certificate that is renewed while %s runs', (protocol) => {
  const issuerAt = (address: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const [host = '', port = ''] = address.split(':')
      // Whom to trust is not the question here: the certificate is looked at, and nothing is sent.
      const socket = connect(
        { host, port: Number(port), ca: [], rejectUnauthorized: false, ALPNProtocols: ['h2', 'http/1.1'] },
        () => {
          resolve(String(socket.getPeerCertificate().issuer.CN))
          socket.destroy()
        },
      )
      socket.on('error', reject)
    })

  test('is shown to new connections; one that fits no key leaves the old one', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'clew-tls-'))
    const [cert, key] = [join(folder, 'tls.crt'), join(folder, 'tls.key')]
    copyFileSync(pem('server.pem'), cert)
    copyFileSync(pem('server.key'), key)
    const lines: string[] = []
    const logger = createLogger({ level: 'info', format: 'text', write: (line) => lines.push(line) })
    const collector = await runYaml(
      `
receivers: {otlp: {protocols: {${protocol}: {endpoint: "127.0.0.1:0", tls: {cert_file: ${cert}, key_file: ${key}, reload_interval: 20ms}}}}}
exporters: {clew: }
service: {pipelines: {traces: {receivers: [otlp], exporters: [clew]}}}
`,
      registryWith(new MemoryConsumer()),
      { logger },
    )
    running.push(collector)
    const address = collector.addresses()['receiver/otlp']?.[protocol] ?? ''
    expect(await issuerAt(address)).toBe('Clew test CA')

    copyFileSync(pem('renewed-server.pem'), cert) // the key comes later
    await until(() => lines.some((line) => line.includes('cannot be used; the old one stays')))
    expect(await issuerAt(address)).toBe('Clew test CA')

    copyFileSync(pem('renewed-server.key'), join(folder, 'new'))
    renameSync(join(folder, 'new'), key)
    await until(() => lines.some((line) => line.includes('was renewed')))
    expect(await issuerAt(address)).toBe('Clew second test CA')

    writeFileSync(cert, 'no certificate any more')
    await until(() => lines.filter((line) => line.includes('the old one stays')).length > 1)
    expect(await issuerAt(address)).toBe('Clew second test CA')
  })
})

/** Ends by the time limit of the test. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10))
}

test('a key that is not the one of the certificate is said at the start', async () => {
  const tls = `{cert_file: ${pem('server.pem')}, key_file: ${pem('client.key')}}`
  const yaml = OTLP_TO_STORE.replace('http: {', `http: {tls: ${tls}, `)
  await expect(start(yaml, LOCAL_ACCESS)).rejects.toMatchObject({
    code: 'TLS_FILE',
    fix: expect.stringContaining('client.key'),
  })
})
