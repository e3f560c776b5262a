import { context, ROOT_CONTEXT } from '@opentelemetry/api'
import { suppressTracing } from '@opentelemetry/core'
import type http from 'node:http'
import type https from 'node:https'
import { type Destination, postBody } from './otlp-post.ts'
import type { PendingRequest } from './pending-request.ts'
import { backoffMs } from './pipeline/backoff.ts'
import { compressed, type Compression } from './pipeline/compression.ts'
import type { DiskSpool } from './pipeline/disk-spool.ts'
import type { QueuedBody } from './pipeline/queued-body.ts'
import type { Outcome } from './pipeline/judge-answer.ts'
import { reportOnce } from './report-once.ts'

/** Where the bodies of one signal go. `headers` may be late: they are read when the first body leaves. */
export interface TransportOptions {
  readonly url: string
  readonly headers: () => Promise<Record<string, string>>
  readonly compression: Compression
  readonly timeoutMs: number
  readonly agent?: () => http.Agent | https.Agent | Promise<http.Agent | https.Agent>
  /** Bodies waiting for the backend, together; what does not fit is dropped and counted. */
  readonly maxQueuedBytes?: number
  /** Where bodies go that do not fit, or that the backend has not taken for a minute; they are sent when it is back. */
  readonly spool?: DiskSpool | undefined
  /** Requests on the wire at the same time; one keeps the order. */
  readonly maxInFlight?: number
  /** Told of what the backend has refused for good, with what it says about it; else that is said on the terminal, once. */
  readonly onRefused?: (status: number, reason: string) => void
}

const DEFAULT_QUEUED_BYTES = 8 * 1024 * 1024
const RETRY_WINDOW_MS = 60_000

/**
 * A bounded queue of serialized OTLP requests in front of one HTTP endpoint, retried with growing pauses for up to a
 * minute on connection errors and 408/429/502/503/504; a pause the backend asks for holds for all of them. Neither its
 * sockets nor its timers keep the program alive, and nothing it does throws.
 */
export class OtlpTransport {
  /** Items that were put on the disk. */
  spooledItems = 0
  /** Items the backend has accepted. */
  sentItems = 0
  /** Spans, log records or metrics in them, as far as whoever queued them said how many. */
  droppedItems = 0
  /** Requests that were given up, because the queue was full or the backend refused them. */
  droppedRequests = 0
  readonly #options: TransportOptions
  readonly #waiting: QueuedBody[] = []
  readonly #sending: Set<QueuedBody> = new Set()
  readonly #idle: (() => void)[] = []
  readonly #wakes: Set<() => void> = new Set()
  #headers: Record<string, string> = { 'content-type': 'application/x-protobuf' }
  #headersKnown: Promise<void> | undefined
  #agent: http.Agent | https.Agent | undefined
  #queuedBytes = 0
  #queuedItems = 0
  #lanes = 0
  #pausedUntilMs = 0

  constructor(options: TransportOptions) {
    this.#options = options
  }

  /** Where the bodies go. */
  get url(): string {
    return this.#options.url
  }

  /** Bytes that wait or are on the wire. */
  get queuedBytes(): number {
    return this.#queuedBytes
  }

  /** Items likewise. */
  get queuedItems(): number {
    return this.#queuedItems
  }

  /** Queues one request body with so many items in it; returns at once. */
  enqueue(body: Uint8Array, items = 0): void {
    const limit = this.#options.maxQueuedBytes ?? DEFAULT_QUEUED_BYTES
    if (this.#queuedBytes + body.byteLength > limit) {
      this.#setAside(body, items, `the backend at ${this.#options.url} is too slow or away: telemetry is dropped`)
      return
    }
    this.#queuedBytes += body.byteLength
    this.#queuedItems += items
    const deadlineMs = Date.now() + RETRY_WINDOW_MS
    this.#waiting.push({ body, items, deadlineMs, attempts: 0, handedOver: false, taken: false })
    if (this.#lanes < (this.#options.maxInFlight ?? 1)) void this.#runLane()
  }

  /** Resolves when nothing is queued or on the wire. Never rejects; may wait for ever, so give it a limit. */
  drained(): Promise<void> {
    if (this.#lanes === 0) return Promise.resolve()
    this.#pausedUntilMs = 0
    for (const wake of this.#wakes) wake()
    return new Promise((resolve) => this.#idle.push(resolve))
  }

  /** Empties the queue and returns what is not known to have arrived. For the last moment of a process. */
  takePending(): PendingRequest[] {
    const all = [...this.#sending, ...this.#waiting]
    this.#waiting.length = 0
    this.#sending.clear()
    this.#queuedBytes = 0
    this.#queuedItems = 0
    for (const entry of all) entry.taken = true
    // One that has failed before would most likely do so again, and hold up the end.
    const away = all.some((entry) => !entry.handedOver && entry.attempts > 0)
    const pending = all.filter((entry) => entry.handedOver || !away || !this.#spool(entry))
    return pending.map((entry) => ({
      url: this.#options.url,
      headers: this.#headers,
      body: entry.body,
      items: entry.items,
      handedOver: entry.handedOver,
      setAside: () => this.#spool(entry) || this.#lose(entry.items),
    }))
  }

  async #runLane(): Promise<void> {
    this.#lanes++
    try {
      this.#headersKnown ??= this.#prepare()
      await this.#headersKnown
      for (let entry = this.#waiting.shift(); entry !== undefined; entry = this.#waiting.shift()) {
        this.#sending.add(entry)
        await this.#deliver(entry)
        if (!this.#sending.delete(entry)) continue
        this.#queuedBytes -= entry.body.byteLength
        this.#queuedItems -= entry.items
      }
    } finally {
      this.#lanes--
      if (this.#lanes === 0) for (const resolve of this.#idle.splice(0)) resolve()
    }
  }

  /** Posts until the backend has it, refuses it, or the time is over. */
  async #deliver(entry: QueuedBody): Promise<void> {
    while (!entry.taken) {
      if (this.#pausedUntilMs > Date.now()) {
        await this.#pause(this.#pausedUntilMs - Date.now())
        continue
      }
      const { retry, reason, retryAfterMs, stale, status = 0 } = await this.#post(entry)
      if (entry.taken) return
      if (stale === true) {
        entry.handedOver = false
        continue
      }
      if (!retry || Date.now() >= entry.deadlineMs) {
        if (reason === undefined) {
          this.sentItems += entry.items
          this.#sendSpooled()
        } else if (retry) this.#setAside(entry.body, entry.items, `${this.#options.url} took no telemetry: ${reason}`)
        else this.#drop(entry.items, `${this.#options.url} refused telemetry: ${reason}`, status)
        return
      }
      entry.handedOver = false
      // A connection that is cut once, as those that are kept are at any time, says nothing about the backend.
      if (reason !== 'ECONNRESET' || entry.attempts > 0) {
        reportOnce(`no OTLP backend at ${this.#options.url} (${reason}); still trying, the program runs on`)
      }
      if (retryAfterMs === undefined) await this.#pause(backoffMs(entry.attempts++))
      else this.#pausedUntilMs = Math.max(this.#pausedUntilMs, Date.now() + retryAfterMs)
    }
  }

  async #prepare(): Promise<void> {
    try {
      this.#headers = { ...(await this.#options.headers()) }
      if (this.#options.compression !== 'none') this.#headers['content-encoding'] = this.#options.compression
      this.#agent = await this.#options.agent?.()
    } catch (error) {
      reportOnce(`the OTLP exporter's settings cannot be used: ${String(error)}`)
    }
  }

  async #post(entry: QueuedBody): Promise<Outcome> {
    try {
      const body = await compressed(entry.body, this.#options.compression)
      if (entry.taken) return { retry: false }
      return await context.with(suppressTracing(ROOT_CONTEXT), () =>
        postBody(body, this.#destination(), () => (entry.handedOver = true)),
      )
    } catch (error) {
      return { retry: false, reason: String(error) }
    }
  }

  #destination(): Destination {
    const { url, timeoutMs, onRefused } = this.#options
    return { url, headers: this.#headers, timeoutMs, agent: this.#agent, wantsText: onRefused !== undefined }
  }

  #pause(ms: number): Promise<void> {
    return new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer)
        this.#wakes.delete(done)
        resolve()
      }
      const timer = setTimeout(done, ms).unref()
      this.#wakes.add(done)
    })
  }

  /** To the disk where there is one for that; lost otherwise. */
  #setAside(body: Uint8Array, items: number, message: string): void {
    if (!this.#spool({ body, items })) this.#drop(items, message)
  }

  #spool({ body, items }: Pick<QueuedBody, 'body' | 'items'>): boolean {
    if (this.#options.spool?.put(body, items) !== true) return false
    this.spooledItems += items
    return true
  }

  /** The backend takes data: one more of those that wait on the disk, for each that has arrived. */
  #sendSpooled(): void {
    const spooled = this.#options.spool?.take()
    if (spooled !== undefined) this.enqueue(spooled.body, spooled.items)
  }

  #drop(items: number, message: string, refusedWith = 0): void {
    this.#lose(items)
    if (refusedWith > 0) this.#options.onRefused?.(refusedWith, message)
    else reportOnce(message)
  }

  #lose(items: number): false {
    this.droppedRequests++
    this.droppedItems += items
    return false
  }
}
