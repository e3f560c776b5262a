import { decode } from '@clew/otlp/decode'
import { encode } from '@clew/otlp/encode'
import type { RequestOf } from '@clew/otlp/model'
import type { Signal } from '@clew/otlp/signal'
import { expect, test } from 'vitest'
import { MemoryConsumer } from '../testdata/memory-consumer.ts'
import { OTLP_TO_STORE, registryWith, runYaml } from '../testdata/run.ts'
import { logs, points, spans } from '../testdata/telemetry.ts'

const REQUESTS: { readonly [S in Signal]: RequestOf[S] } = { traces: spans(700), logs: logs(20), metrics: points(9) }

function forwarder(exporter: string): string {
  return `
receivers:
  otlp: {protocols: {http: {endpoint: "127.0.0.1:0"}}}
exporters:
  ${exporter}
service:
  pipelines:
    traces: {receivers: [otlp], exporters: [${exporter.split(':')[0]}]}
    logs: {receivers: [otlp], exporters: [${exporter.split(':')[0]}]}
    metrics: {receivers: [otlp], exporters: [${exporter.split(':')[0]}]}
`
}

test.each([
  ['otlp_grpc, plain', (grpc: string) => `otlp_grpc: {endpoint: "${grpc}", tls: {insecure: true}, compression: none}`],
  ['otlp_grpc, gzip', (grpc: string) => `otlp_grpc: {endpoint: "http://${grpc}"}`],
  ['otlp_grpc, three connections', (grpc: string) => `otlp_grpc: {endpoint: "http://${grpc}", connections: 3}`],
  ['otlp under its older name', (grpc: string) => `otlp: {endpoint: "${grpc}", tls: {insecure: true}}`],
  ['otlp_http, gzip', (_grpc: string, http: string) => `otlp_http: {endpoint: "http://${http}"}`],
  ['otlp_http, plain', (_grpc: string, http: string) => `otlp_http: {endpoint: "http://${http}/", compression: none}`],
  ['otlp_http, JSON', (_grpc: string, http: string) => `otlphttp: {endpoint: "http://${http}", encoding: json}`],
  [
    'otlp_http with batching',
    (_grpc: string, http: string) =>
      `otlp_http: {endpoint: "http://${http}", sending_queue: {batch: {min_size: 5000, flush_timeout: 20ms}}}`,
  ],
])('%s: what arrives is what was sent', async (_name, exporter) => {
  const store = new MemoryConsumer()
  const target = await runYaml(OTLP_TO_STORE, registryWith(store))
  const addresses = target.addresses()['receiver/otlp'] ?? {}
  const source = await runYaml(
    forwarder(exporter(addresses['grpc'] ?? '', addresses['http'] ?? '')),
    registryWith(store),
  )
  const base = `http://${source.addresses()['receiver/otlp']?.['http']}`
  for (const [signal, request] of Object.entries(REQUESTS) as [Signal, RequestOf['traces']][]) {
    for (let i = 0; i < 2; i++) {
      const response = await fetch(`${base}/v1/${signal}`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-protobuf' },
        body: encode(signal, request) as BodyInit,
      })
      expect(response.status).toBe(200)
    }
  }
  await source.shutdown(10_000)
  expect(source.snapshot().books.forwarded).toEqual({ traces: 1400, logs: 40, metrics: 18 })
  for (const signal of ['traces', 'logs', 'metrics'] as const) {
    const got = store.batches.filter((batch) => batch.signal === signal).map((batch) => decode(signal, batch))
    const wanted = [REQUESTS[signal], REQUESTS[signal]]
    expect(joined(got)).toEqual(joined(wanted))
  }
  await target.shutdown(5000)
})

/** Requests as one list of resources, so that two requests equal one request with both. */
function joined(requests: readonly object[]): unknown[] {
  return requests.flatMap((request) => Object.values(request).flat())
}
