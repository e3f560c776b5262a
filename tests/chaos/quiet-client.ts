import { TrackedLoad, type Ledger } from './tracked-load.ts'

/** One honest client that sends small requests over both protocols and notes how long each took to be acknowledged. */
export interface QuietClient {
  readonly load: TrackedLoad
  /** Milliseconds of each request since the last call. */
  take(): number[]
}

/** Starts the client; it never stops by itself and tries again when it is refused. */
export function startQuietClient(addresses: { otlpHttp: string; otlpGrpc: string }, ledger: Ledger): QuietClient {
  let tookMs: number[] = []
  const load = new TrackedLoad({
    ...addresses,
    ledger,
    senders: 1,
    pauseMs: 10,
    onRefusal: 'again',
    onAcknowledged: (ms) => void tookMs.push(ms),
  })
  return {
    load,
    take() {
      const taken = tookMs
      tookMs = []
      return taken
    },
  }
}

/** A percentile of some numbers; NaN when there are none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}
