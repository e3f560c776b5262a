import { encode } from '@clew/otlp/encode'
import type { Signal } from '@clew/otlp/signal'
import { GrpcClient } from '@clew/collector/kit/grpc-client'
import { OTLP_GRPC_METHOD, OTLP_HTTP_PATH } from '@clew/collector/kit/otlp-paths'
import { silentLogger } from '@clew/base/logger'

/** Items of each request. The store is asked later for exactly these. */
export const ITEMS: Readonly<Record<Signal, number>> = { traces: 7, logs: 3, metrics: 5 }
const SIGNAL_OF: readonly Signal[] = ['traces', 'logs', 'metrics', 'traces']

/** The signal that request `number` carries. */
export function signalOf(number: number): Signal {
  return SIGNAL_OF[number % SIGNAL_OF.length] ?? 'traces'
}

/** Number of item `index` of request `number`: unique in a run, and what is looked for in the store. */
export function itemNumber(number: number, index: number): number {
  return number * 10 + index
}

/** The body of request `number`; every item carries its own number (span id, log body, point value). */
export function requestBody(number: number): Uint8Array<ArrayBuffer> {
  const nowNanos = BigInt(Date.now()) * 1_000_000n
  const signal = signalOf(number)
  const indexes = Array.from({ length: ITEMS[signal] }, (_, index) => itemNumber(number, index))
  const resource = { attributes: [{ key: 'service.name', value: { stringValue: `chaos-${number % 5}` } }] }
  const attributes = [{ key: 'chaos.request', value: { stringValue: `request ${number} ${'x'.repeat(number % 400)}` } }]
  if (signal === 'logs') {
    const logRecords = indexes.map((item) => ({
      timeUnixNano: nowNanos,
      body: { stringValue: `item ${item}` },
      attributes,
    }))
    return encode('logs', { resourceLogs: [{ resource, scopeLogs: [{ logRecords }] }] })
  }
  if (signal === 'metrics') {
    const dataPoints = indexes.map((item) => ({ timeUnixNano: nowNanos, asInt: BigInt(item) }))
    const metrics = [{ name: 'chaos.points', gauge: { dataPoints } }]
    return encode('metrics', { resourceMetrics: [{ resource, scopeMetrics: [{ metrics }] }] })
  }
  const traceId = (number + 1).toString(16).padStart(32, '0')
  const spans = indexes.map((item) => ({
    traceId,
    spanId: (item + 1).toString(16).padStart(16, '0'),
    name: 'chaos step',
    startTimeUnixNano: nowNanos - 1_000_000n,
    endTimeUnixNano: nowNanos,
    attributes,
  }))
  return encode('traces', { resourceSpans: [{ resource, scopeSpans: [{ spans }] }] })
}

/** What senders know: which requests were acknowledged, and which were ever sent. */
export interface Ledger {
  readonly acknowledged: Set<number>
  readonly sent: Set<number>
}

/** An empty ledger. */
export function newLedger(): Ledger {
  return { acknowledged: new Set(), sent: new Set() }
}

export interface TrackedLoadOptions {
  readonly otlpHttp: string
  readonly otlpGrpc: string
  readonly ledger: Ledger
  /** Senders of each protocol. */
  readonly senders: number
  /** Pause of a sender after each request. */
  readonly pauseMs?: number
  /** What happens when a request is refused: `stop` ends its sender, `again` sends the same request once more. */
  readonly onRefusal: 'stop' | 'again'
  /** Told how long a request took from its first sending to its acknowledgement. */
  readonly onAcknowledged?: (tookMs: number) => void
}

/** Numbered requests over both protocols, from several senders, until stopped. */
export class TrackedLoad {
  /** Refusals with their text, the latest last; at most 1,000. */
  readonly refusals: string[] = []
  readonly #options: TrackedLoadOptions
  readonly #grpc: GrpcClient
  readonly #running: Promise<unknown>
  #stopped = false

  constructor(options: TrackedLoadOptions) {
    this.#options = options
    this.#grpc = new GrpcClient({
      target: options.otlpGrpc,
      tls: { insecure: true, insecure_skip_verify: false, min_version: '1.2' },
      compression: 'none',
      headers: {},
      userAgent: 'clew-chaos',
      keepaliveMs: 30_000,
      logger: silentLogger,
    })
    const http = (signal: Signal, body: Uint8Array<ArrayBuffer>): Promise<void> => this.#sendHttp(signal, body)
    const grpc = (signal: Signal, body: Uint8Array<ArrayBuffer>): Promise<void> => this.#sendGrpc(signal, body)
    this.#running = Promise.all(
      [http, grpc].flatMap((send) => Array.from({ length: options.senders }, () => this.#sender(send))),
    )
  }

  /** Resolves when no sender is left: all were stopped or broke off. */
  async finished(): Promise<void> {
    await this.#running
    await this.#grpc.close()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    await this.finished()
  }

  async #sender(send: (signal: Signal, body: Uint8Array<ArrayBuffer>) => Promise<void>): Promise<void> {
    const { ledger, onAcknowledged, onRefusal, pauseMs } = this.#options
    while (!this.#stopped) {
      const number = ledger.sent.size
      ledger.sent.add(number)
      const body = requestBody(number)
      const startedMs = performance.now()
      while (!(await this.#taken(send, number, body))) {
        if (onRefusal === 'stop' || this.#stopped) return
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
      ledger.acknowledged.add(number)
      onAcknowledged?.(performance.now() - startedMs)
      if (pauseMs !== undefined) await new Promise((resolve) => setTimeout(resolve, pauseMs))
    }
  }

  async #taken(
    send: (signal: Signal, body: Uint8Array<ArrayBuffer>) => Promise<void>,
    number: number,
    body: Uint8Array<ArrayBuffer>,
  ): Promise<boolean> {
    try {
      await send(signalOf(number), body)
      return true
    } catch (error) {
      this.refusals.push(error instanceof Error ? error.message : String(error))
      if (this.refusals.length > 1000) this.refusals.shift()
      return false
    }
  }

  async #sendHttp(signal: Signal, body: Uint8Array<ArrayBuffer>): Promise<void> {
    const response = await fetch(`${this.#options.otlpHttp}${OTLP_HTTP_PATH[signal]}`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-protobuf' },
      body,
      signal: AbortSignal.timeout(30_000),
    })
    const answer = await response.text()
    if (!response.ok) throw new Error(`${response.status} ${answer}`)
  }

  async #sendGrpc(signal: Signal, body: Uint8Array<ArrayBuffer>): Promise<void> {
    await this.#grpc.call(OTLP_GRPC_METHOD[signal], [body], { timeoutMs: 30_000 })
  }
}
