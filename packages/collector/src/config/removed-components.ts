import type { ComponentKind } from '../core/component.ts'

/** Components that configurations still name and no Collector has any more: what to write instead. */
const REMOVED: Readonly<Record<string, string>> = {
  'exporter/logging': 'the logging exporter has been deprecated, use the debug exporter instead',
  'exporter/jaeger': 'the jaeger exporter was removed; Jaeger takes OTLP: use otlp_grpc with endpoint <jaeger>:4317',
  'exporter/jaeger_thrift':
    'the jaeger_thrift exporter was removed; Jaeger takes OTLP: use otlp_grpc with endpoint <jaeger>:4317',
  'exporter/opencensus': 'opencensus was removed; use otlp_grpc',
  'receiver/opencensus': 'opencensus was removed; send OTLP to the otlp receiver',
  'extension/memory_ballast':
    'the memory_ballast extension was removed; delete it and use the memory_limiter processor',
  'exporter/loki':
    'the loki exporter was removed; Loki takes OTLP: use otlp_http with endpoint http://<loki>:3100/otlp',
  'processor/queued_retry': 'queued_retry was removed; use sending_queue and retry_on_failure of the exporter',
}

/** What to do about a component that no longer exists anywhere, or undefined. */
export function removedComponentFix(kind: ComponentKind, type: string): string | undefined {
  return REMOVED[`${kind}/${type}`]
}
