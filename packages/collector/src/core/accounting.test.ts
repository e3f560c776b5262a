import { ConsumeError } from '@clew/otlp/consumer'
import { SIGNALS } from '@clew/otlp/signal'
import { encode } from '@clew/otlp/encode'
import { expect, test } from 'vitest'
import { MemoryConsumer } from '../testdata/memory-consumer.ts'
import { OTLP_TO_STORE, registryWith, runYaml } from '../testdata/run.ts'
import { logs, points, spansBytes } from '../testdata/telemetry.ts'
import type { Books } from './decisions.ts'
import type { RunningCollector } from './start-collector.ts'

/** A small generator of repeatable chance. */
function chance(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

function check(books: Books): void {
  for (const signal of SIGNALS) {
    const came = books.received[signal] + books.added[signal]
    const ended = books.stored[signal] + books.forwarded[signal] + books.dropped[signal] + books.refused[signal]
    expect(came).toBe(ended + books.queued[signal] + books.inProgress[signal])
    // In progress is what is left over, so it must make sense by itself.
    expect(books.inProgress[signal]).toBeGreaterThanOrEqual(0)
  }
}

function yaml(target: string): string {
  return `
receivers:
  otlp:
    protocols:
      http: {endpoint: "127.0.0.1:0"}
processors:
  probabilistic_sampler: {sampling_percentage: 50}
  resource: {attributes: [{key: cluster, value: a, action: upsert}]}
  batch: {timeout: 5ms, send_batch_size: 50}
exporters:
  clew:
  otlp_http:
    endpoint: ${target}
    sending_queue: {queue_size: 5, num_consumers: 2}
    retry_on_failure: {initial_interval: 1ms, max_interval: 5ms, max_elapsed_time: 20ms}
  debug:
service:
  pipelines:
    traces: {receivers: [otlp], processors: [resource, probabilistic_sampler, batch], exporters: [clew, otlp_http]}
    traces/all: {receivers: [otlp], exporters: [debug]}
    logs: {receivers: [otlp], exporters: [clew, otlp_http]}
    metrics: {receivers: [otlp], processors: [batch], exporters: [otlp_http]}
`
}

async function send(base: string, path: string, body: Uint8Array): Promise<number> {
  const headers = { 'content-type': 'application/x-protobuf' }
  const response = await fetch(`${base}/v1/${path}`, { method: 'POST', body: body as BodyInit, headers })
  await response.arrayBuffer()
  return response.status
}

test('received + added = stored + forwarded + dropped + refused + queued + in progress, whatever fails', async () => {
  const random = chance(7)
  const far = new MemoryConsumer()
  const near = new MemoryConsumer()
  const behave = (name: string) => async () => {
    const dice = random()
    if (dice < 0.2) throw new ConsumeError(`${name}_busy`, 'busy', { retryable: true, retryAfterMs: 1 })
    if (dice < 0.3) throw new ConsumeError(`${name}_broken`, 'broken', { retryable: false })
    if (dice < 0.4) throw new TypeError('a bug')
    if (dice < 0.5) return { rejected: { count: 1, reason: 'too old' } }
    await new Promise((resolve) => setTimeout(resolve, dice * 4))
    return {}
  }
  far.behave = behave('far')
  near.behave = behave('near')
  const target = await runYaml(OTLP_TO_STORE, registryWith(far))
  const targetUrl = `http://${target.addresses()['receiver/otlp']?.['http']}`
  const collector = await runYaml(yaml(targetUrl), registryWith(near))
  const base = `http://${collector.addresses()['receiver/otlp']?.['http']}`

  let accepted = 0
  let refused = 0
  let sentSpans = 0
  for (let round = 0; round < 40; round++) {
    const count = 1 + Math.floor(random() * 40)
    sentSpans += count
    const answers = Promise.all([
      send(base, 'traces', spansBytes(count)),
      send(base, 'logs', encode('logs', logs(count))),
      send(base, 'metrics', encode('metrics', points(count))),
      send(base, 'traces', Uint8Array.of(0x0a, 0x7f)),
    ])
    check(collector.snapshot().books)
    const statuses = await answers
    check(collector.snapshot().books)
    expect(statuses[3]).toBe(400)
    for (const status of statuses.slice(0, 3)) {
      if (status === 200) accepted += 1
      else refused += 1
      expect([200, 500, 503]).toContain(status)
    }
  }
  expect(accepted).toBeGreaterThan(10)
  expect(refused).toBeGreaterThan(10)
  await collector.shutdown(5000)
  const { books, dropped, refused: refusals } = collector.snapshot()
  check(books)
  expect(books.queued).toEqual({ traces: 0, logs: 0, metrics: 0 })
  expect(books.inProgress).toEqual({ traces: 0, logs: 0, metrics: 0 })
  // What this side says it sent is what the other side says it received, minus what that one refused for good.
  await target.shutdown(5000)
  check(target.snapshot().books)
  // What came, counted at the sender.
  expect(books.received.traces).toBe(sentSpans)
  expect(books.stored.traces + books.stored.logs).toBe(storedAt(near, collector))
  for (const signal of SIGNALS) {
    const sum = dropped.filter((row) => row.signal === signal).reduce((total, row) => total + row.count, 0)
    expect(sum).toBe(books.dropped[signal])
    const back = refusals.filter((row) => row.signal === signal).reduce((total, row) => total + row.count, 0)
    expect(back).toBe(books.refused[signal])
  }
  expect(refusals).toContainEqual(expect.objectContaining({ node: 'receiver/otlp', reason: 'malformed', count: 0 }))
  expect(dropped).toContainEqual(
    expect.objectContaining({ node: 'processor/probabilistic_sampler@traces', reason: 'not sampled' }),
  )
})

/** Points the store took, less those it rejected. */
function storedAt(store: MemoryConsumer, collector: RunningCollector): number {
  const rejected = collector
    .snapshot()
    .dropped.filter((row) => row.node === 'exporter/clew')
    .reduce((sum, row) => sum + row.count, 0)
  return store.points() - rejected
}
