import { encode } from '../encode.ts'
import { Random } from './random.ts'
import { RequestTemplate } from './request-template.ts'
import { logsRequest, tracesRequest } from './requests.ts'
import { Spread, type SpreadOptions } from './spread.ts'
import { type GeneratedSpan, generateTrace } from './trace-generator.ts'

export interface LoadGeneratorOptions extends SpreadOptions {
  readonly seed: number
  /** Spans per request, at least; requests hold whole traces. */
  readonly spansPerRequest: number
  /** Distinct requests that are made beforehand, at least; their copies differ in ids, times and per-trace values. */
  readonly templates?: number
}

/** A request ready to be sent. */
export interface GeneratedRequest {
  readonly bytes: Uint8Array<ArrayBuffer>
  /** Spans or log records. */
  readonly itemCount: number
}

/** Any point in time will do: templates only keep distances to it. */
const ANCHOR_NANOS = 1_700_000_000_000_000_000n

/** Realistic trace requests, and the log requests that belong to them, fast enough to load a server from one core. */
export class LoadGenerator {
  readonly #random: Random
  readonly #templates: { traces: RequestTemplate; spanCount: number; logs: RequestTemplate; logCount: number }[] = []
  #next = 0

  constructor(options: LoadGeneratorOptions) {
    this.#random = new Random(options.seed)
    const spread = new Spread(options)
    for (let i = 0; i < (options.templates ?? 16) || !spread.isWhole; i++) {
      const spans: GeneratedSpan[] = []
      while (spans.length < options.spansPerRequest) {
        spans.push(...spread.apply(generateTrace(this.#random, ANCHOR_NANOS)))
      }
      const logs = logsRequest(spans)
      const logCount = logs.resourceLogs!.reduce((sum, group) => sum + group.scopeLogs![0]!.logRecords!.length, 0)
      this.#templates.push({
        traces: new RequestTemplate('traces', encode('traces', tracesRequest(spans)), ANCHOR_NANOS),
        spanCount: spans.length,
        // Collectors see a record a millisecond after it was made.
        logs: new RequestTemplate('logs', encode('logs', logs), ANCHOR_NANOS + 1_000_000n),
        logCount,
      })
    }
  }

  /** The next trace request; its latest span ends at `nowNanos`. */
  nextTraces(nowNanos: bigint): GeneratedRequest {
    const template = this.#templates[this.#next++ % this.#templates.length]!
    return { bytes: template.traces.copy(this.#random, nowNanos), itemCount: template.spanCount }
  }

  /** The next trace request and the logs of the same spans (same trace and span ids). */
  nextTracesAndLogs(nowNanos: bigint): { traces: GeneratedRequest; logs: GeneratedRequest } {
    const template = this.#templates[this.#next++ % this.#templates.length]!
    const seed = this.#random.uint32()
    return {
      traces: { bytes: template.traces.copy(new Random(seed), nowNanos), itemCount: template.spanCount },
      logs: { bytes: template.logs.copy(new Random(seed), nowNanos + 1_000_000n), itemCount: template.logCount },
    }
  }
}
