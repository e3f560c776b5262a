import type { StoredTrace } from './stored-trace.ts'

interface Entry {
  readonly trace: StoredTrace
  readonly version: string
}

/** The traces that were opened last, so that reading one in windows orders it once. Bounded in bytes. */
export class RecentTraces {
  readonly #maxBytes: number
  readonly #entries = new Map<string, Entry>()
  #bytes = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  get byteLength(): number {
    return this.#bytes
  }

  /** Undefined when the trace is not here or has changed since. */
  get(traceId: string, version: string | undefined): StoredTrace | undefined {
    const entry = this.#entries.get(traceId)
    if (entry === undefined || entry.version !== version) return undefined
    this.#entries.delete(traceId)
    this.#entries.set(traceId, entry)
    return entry.trace
  }

  /** Keeps a trace whose version is known and which is not larger than everything. */
  put(trace: StoredTrace, version: string | undefined): void {
    this.#remove(trace.traceId)
    if (version === undefined || trace.byteLength > this.#maxBytes) return
    this.#entries.set(trace.traceId, { trace, version })
    this.#bytes += trace.byteLength
    for (const oldest of this.#entries.keys()) {
      if (this.#bytes <= this.#maxBytes) return
      this.#remove(oldest)
    }
  }

  #remove(traceId: string): void {
    this.#bytes -= this.#entries.get(traceId)?.trace.byteLength ?? 0
    this.#entries.delete(traceId)
  }
}
