import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import type { RunningCollector } from '../../core/start-collector.ts'
import { MemoryConsumer } from '../../testdata/memory-consumer.ts'
import { registryWith, runYaml } from '../../testdata/run.ts'
import { spansBytes } from '../../testdata/telemetry.ts'

const file = (name: string): string => join(import.meta.dirname, '..', '..', 'testdata', 'tls', name)
const SERVER = `cert_file: ${file('server.pem')}, key_file: ${file('server.key')}`
const running: RunningCollector[] = []
afterEach(async () => {
  for (const one of running.splice(0).reverse()) await one.shutdown(2000)
})

async function target(tls: string, store: MemoryConsumer): Promise<Readonly<Record<string, string>>> {
  const yaml = `
receivers:
  otlp:
    protocols:
      grpc: {endpoint: "127.0.0.1:0", tls: {${tls}}}
      http: {endpoint: "127.0.0.1:0", tls: {${tls}}}
exporters: {clew: }
service: {pipelines: {traces: {receivers: [otlp], exporters: [clew]}}}
`
  const collector = await runYaml(yaml, registryWith(store))
  running.push(collector)
  return collector.addresses()['receiver/otlp'] ?? {}
}

/** Sends through a second collector, which waits for the result; the status says whether it arrived. */
async function forward(exporter: string): Promise<{ status: number; text: string }> {
  const yaml = `
receivers: {otlp: {protocols: {http: {endpoint: "127.0.0.1:0"}}}}
exporters:
  ${exporter}
service: {pipelines: {traces: {receivers: [otlp], exporters: [${exporter.split(':')[0]}]}}}
`
  const collector = await runYaml(yaml, registryWith(new MemoryConsumer()))
  running.push(collector)
  const response = await fetch(`http://${collector.addresses()['receiver/otlp']?.['http']}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-protobuf' },
    body: spansBytes(3) as BodyInit,
  })
  return { status: response.status, text: await response.text() }
}

const DIRECT = 'sending_queue: {enabled: false}, retry_on_failure: {enabled: false}'

describe.each(['grpc', 'http'] as const)('over %s', (protocol) => {
  const exporter = (address: string | undefined, tls: string): string =>
    `otlp_${protocol}: {endpoint: "https://${address}", tls: {${tls}}, ${DIRECT}}`

  test('a server whose certificate is trusted', async () => {
    const store = new MemoryConsumer()
    const addresses = await target(SERVER, store)
    expect((await forward(exporter(addresses[protocol], `ca_file: ${file('ca.pem')}`))).status).toBe(200)
    expect(store.points()).toBe(3)
  })

  test('a server whose certificate is not trusted gets nothing', async () => {
    const store = new MemoryConsumer()
    const addresses = await target(SERVER, store)
    const answer = await forward(exporter(addresses[protocol], ''))
    expect(answer.status).toBe(503)
    expect(answer.text).toMatch(/certificate|unable to verify/)
    expect(store.points()).toBe(0)
    expect((await forward(exporter(addresses[protocol], 'insecure_skip_verify: true'))).status).toBe(200)
  })

  test('a server that asks for a certificate takes only clients that have one', async () => {
    const store = new MemoryConsumer()
    const addresses = await target(`${SERVER}, client_ca_file: ${file('ca.pem')}`, store)
    const trust = `ca_file: ${file('ca.pem')}`
    expect((await forward(exporter(addresses[protocol], trust))).status).toBe(503)
    const own = `${trust}, cert_file: ${file('client.pem')}, key_file: ${file('client.key')}`
    expect((await forward(exporter(addresses[protocol], own))).status).toBe(200)
    expect(store.points()).toBe(3)
  })
})

test('a certificate that cannot be read is an error with the path', async () => {
  await expect(target('cert_file: /nope.pem, key_file: /nope.key', new MemoryConsumer())).rejects.toMatchObject({
    code: 'TLS_FILE',
    fix: expect.stringContaining('/nope.pem'),
  })
})
