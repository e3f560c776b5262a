import { TraceFlags, type Context } from '@opentelemetry/api'
import { ExportResultCode } from '@opentelemetry/core'
import { OTLPMetricExporterBase } from '@opentelemetry/exporter-metrics-otlp-http'
import { convertLegacyHttpOptions } from '@opentelemetry/otlp-exporter-base/node-http'
import {
  JsonLogsSerializer,
  JsonTraceSerializer,
  ProtobufLogsSerializer,
  ProtobufTraceSerializer,
} from '@opentelemetry/otlp-transformer'
import type { LogRecordProcessor, ReadableLogRecord, SdkLogRecord } from '@opentelemetry/sdk-logs'
import {
  AggregationTemporality,
  InstrumentType,
  PeriodicExportingMetricReader,
  type MetricReader,
  type PushMetricExporter,
} from '@opentelemetry/sdk-metrics'
import type { ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace'
import { BatchSender } from './batch-sender.ts'
import { LogGate } from './control/log-gate.ts'
import { DurationProducer } from './metrics/duration-producer.ts'
import { exemplarFilter } from './metrics/exemplar-reservoir.ts'
import { serializeMetrics } from './metrics/serialize-metrics.ts'
import type { LastRequest } from './last-requests.ts'
import { OtlpTransport, type TransportOptions } from './otlp-transport.ts'
import { compressionFrom } from './pipeline/compression.ts'
import { DiskSpool } from './pipeline/disk-spool.ts'
import { createFastTraces, type FastTraces } from './pipeline/fast-traces.ts'
import { exportPath, numberFrom, type SignalName } from './settings.ts'

const SPOOL_BYTES = 64 * 1024 * 1024

type Env = Readonly<Record<string, string | undefined>>

/** The SDK parts of the signals that leave over our transport; a part is missing when the SDK sets it up itself. */
export interface Pipelines {
  /** Our own tracer, when the traces go over it; the SDK then has no span processors. */
  readonly fastTraces?: FastTraces
  /** Durations that the agent measures, when the metrics go over our reader. */
  readonly durations?: DurationProducer
  /** Which log records are sent; they pass it where logs go over our own sender. */
  readonly logGate: LogGate
  /** Where the traces go over our transport. */
  readonly tracesUrl?: string
  readonly spanProcessors?: SpanProcessor[]
  readonly logRecordProcessors?: LogRecordProcessor[]
  readonly metricReaders?: MetricReader[]
  /**
   * A way out for profiles; undefined where none are to be sent, with what to say about that if it is not what was asked
   * for. To be called once, when the first are taken.
   */
  readonly openProfiles: (more: Partial<TransportOptions>) => OtlpTransport | { readonly problem: string } | undefined
  /** Sends everything collected so far, metrics included; waits for the backend however long it takes. */
  readonly flush: () => Promise<void>
  /** Serializes all spans and log records, and takes what is not known to have arrived off the queues; needs no turn of the loop. */
  readonly takePending: () => LastRequest[]
}

/** The parts in the form in which the SDK takes them. */
export type SdkParts = { -readonly [K in 'spanProcessors' | 'logRecordProcessors' | 'metricReaders']?: Pipelines[K] }

/** What is not in the environment as the SDK reads it. */
export interface PipelineOptions {
  /** Let the agent's own tracer make and send the spans where it can. */
  readonly ownTracer: boolean
  /** Spans that may wait in it, where the user has set a number. */
  readonly maxQueuedSpans: number
}

/** Builds the way out for traces, logs and metrics from OTEL_*; variables and meaning are the SDK's own. */
export function createPipelines(env: Env, { ownTracer, maxQueuedSpans }: PipelineOptions): Pipelines {
  const senders: { flush(): void; drain(): Promise<void> }[] = []
  const transports: { readonly sending: OtlpTransport; readonly signal: SignalName }[] = []
  let tracesUrl: string | undefined
  const transport = (
    signal: SignalName,
    path: 'protobuf' | 'json',
    more?: Partial<TransportOptions>,
  ): OtlpTransport => {
    const created = new OtlpTransport({ ...transportOptions(env, signal, path), ...more })
    transports.push({ sending: created, signal })
    if (signal === 'TRACES') tracesUrl = created.url
    return created
  }

  const traces = exportPath(env, 'TRACES')
  const logRecords = exportPath(env, 'LOGS')
  const points = exportPath(env, 'METRICS')
  const parts: SdkParts = {}
  const logGate = new LogGate()

  let fastTraces: FastTraces | undefined
  let durations: DurationProducer | undefined
  if (traces === 'none') parts.spanProcessors = []
  else if (ownTracer && traces === 'protobuf') {
    parts.spanProcessors = []
    fastTraces = createFastTraces(env, maxQueuedSpans, (more) => transport('TRACES', traces, more))
    senders.push(fastTraces.pipeline)
  } else if (traces !== 'sdk') {
    const serializer = traces === 'json' ? JsonTraceSerializer : ProtobufTraceSerializer
    const sender = new BatchSender<ReadableSpan>({
      transport: transport('TRACES', traces),
      serialize: (spans) => serializer.serializeRequest(spans),
      resourceOf: (span) => span.resource,
      ...limits(env, 'BSP'),
    })
    senders.push(sender)
    parts.spanProcessors = [spanProcessor(sender)]
  }
  if (logRecords === 'none') parts.logRecordProcessors = []
  else if (logRecords !== 'sdk') {
    const serializer = logRecords === 'json' ? JsonLogsSerializer : ProtobufLogsSerializer
    const sender = new BatchSender<ReadableLogRecord>({
      transport: transport('LOGS', logRecords),
      serialize: (records) => serializer.serializeRequest(records),
      resourceOf: (record) => record.resource,
      ...limits(env, 'BLRP'),
    })
    senders.push(sender)
    parts.logRecordProcessors = [logProcessor(sender, logGate)]
  }
  if (points === 'none') parts.metricReaders = []
  else if (points !== 'sdk') {
    const exporter = metricExporter(transport('METRICS', points), points)
    const exportIntervalMillis = numberFrom(env, 'OTEL_METRIC_EXPORT_INTERVAL', 10_000) || 10_000
    const exportTimeoutMillis = Math.min(numberFrom(env, 'OTEL_METRIC_EXPORT_TIMEOUT', 10_000), exportIntervalMillis)
    const temporality = exporter.selectAggregationTemporality?.(InstrumentType.HISTOGRAM)
    durations = new DurationProducer(temporality ?? AggregationTemporality.CUMULATIVE, exemplarFilter(env))
    const metricProducers = [durations]
    const times = { exportIntervalMillis, exportTimeoutMillis }
    parts.metricReaders = [new PeriodicExportingMetricReader({ exporter, metricProducers, ...times })]
  }
  const profiles = exportPath(env, 'PROFILES')
  // Read now: by the time profiles are switched on, the agent's defaults have left the environment.
  const wayOfProfiles =
    profiles === 'none' || profiles === 'sdk' ? undefined : transportOptions(env, 'PROFILES', 'protobuf')
  const openProfiles: Pipelines['openProfiles'] = (more) => {
    if (profiles === 'sdk') return { problem: 'profiles are not sent: that is done by OTLP with http/protobuf only' }
    if (wayOfProfiles === undefined) return undefined
    const created = new OtlpTransport({ ...wayOfProfiles, ...more })
    transports.push({ sending: created, signal: 'PROFILES' })
    senders.push({ flush: () => undefined, drain: () => created.drained() })
    return created
  }
  return {
    ...parts,
    logGate,
    openProfiles,
    ...(fastTraces === undefined ? {} : { fastTraces }),
    ...(durations === undefined ? {} : { durations }),
    ...(tracesUrl === undefined ? {} : { tracesUrl }),
    flush: async () => {
      const readers = parts.metricReaders ?? []
      await Promise.all([...senders.map((sender) => sender.drain()), ...readers.map((reader) => reader.forceFlush())])
    },
    takePending: () => {
      // What was kept back for its end has none any more.
      fastTraces?.sampler.tail?.flush()
      for (const sender of senders) sender.flush()
      return transports.flatMap(({ sending, signal }) =>
        sending.takePending().map((request) => ({ ...request, signal })),
      )
    },
  }
}

/** A folder for what cannot be delivered, where CLEW_SPOOL_DIR names one. */
function spoolFrom(env: Env, signal: SignalName): DiskSpool | undefined {
  const folder = env['CLEW_SPOOL_DIR']?.trim()
  if (!folder) return undefined
  return new DiskSpool(signal.toLowerCase(), { folder, maxBytes: numberFrom(env, 'CLEW_SPOOL_BYTES', SPOOL_BYTES) })
}

function transportOptions(env: Env, signal: SignalName, path: 'protobuf' | 'json'): TransportOptions {
  const version = signal === 'PROFILES' ? 'v1development' : 'v1'
  const options = convertLegacyHttpOptions({}, signal, `${version}/${signal.toLowerCase()}`, {
    'Content-Type': path === 'json' ? 'application/json' : 'application/x-protobuf',
  })
  return {
    url: options.url,
    headers: options.headers,
    compression: compressionFrom(env, signal),
    spool: spoolFrom(env, signal),
    timeoutMs: options.timeoutMillis,
    agent: () => options.agentFactory(new URL(options.url).protocol),
  }
}

function limits(env: Env, prefix: 'BSP' | 'BLRP'): { maxQueueItems: number; maxBatchItems: number; delayMs: number } {
  const maxQueueItems = numberFrom(env, `OTEL_${prefix}_MAX_QUEUE_SIZE`, 8192)
  const maxBatchItems = numberFrom(env, `OTEL_${prefix}_MAX_EXPORT_BATCH_SIZE`, 512)
  return {
    maxQueueItems,
    maxBatchItems: Math.max(1, Math.min(maxBatchItems, maxQueueItems)),
    delayMs: numberFrom(env, `OTEL_${prefix}_SCHEDULE_DELAY`, 1000),
  }
}

function spanProcessor(sender: BatchSender<ReadableSpan>): SpanProcessor {
  return {
    onStart: () => undefined,
    onEnd: (span) => {
      if ((span.spanContext().traceFlags & TraceFlags.SAMPLED) !== 0) sender.add(span)
    },
    forceFlush: () => sender.drain(),
    shutdown: () => sender.drain(),
  }
}

function logProcessor(sender: BatchSender<ReadableLogRecord>, gate: LogGate): LogRecordProcessor {
  return {
    onEmit: (record: SdkLogRecord, _context?: Context) => {
      if (gate.passes(record.severityNumber)) sender.add(record)
    },
    forceFlush: () => sender.drain(),
    shutdown: () => sender.drain(),
  }
}

function metricExporter(transport: OtlpTransport, path: 'protobuf' | 'json'): PushMetricExporter {
  return new OTLPMetricExporterBase({
    export: (items, done) => {
      const body = serializeMetrics(items, path)
      if (body !== undefined) transport.enqueue(body, 1)
      done({ code: ExportResultCode.SUCCESS })
    },
    forceFlush: () => transport.drained(),
    shutdown: () => transport.drained(),
    setMetrics: () => undefined,
  })
}
