import type { LogRecord, LogsRequest, Resource, Span, TracesRequest } from '../model.ts'
import { attributesOf } from './attributes-of.ts'
import type { GeneratedSpan } from './trace-generator.ts'
import { SHOP } from './shop-topology.ts'
import { shopServiceOf } from './spread.ts'

const SCHEMA_URL = 'https://opentelemetry.io/schemas/1.37.0'

/** The resource of a shop service, one instance of it. */
export function shopResource(service: string, instance = 1): Resource {
  const { language, version } = SHOP[shopServiceOf(service)]!
  return {
    attributes: attributesOf({
      'service.name': service,
      'service.version': version,
      'service.namespace': 'shop',
      'service.instance.id': `${service}-${instance}`,
      'deployment.environment.name': 'production',
      'telemetry.sdk.name': 'opentelemetry',
      'telemetry.sdk.language': language,
      'telemetry.sdk.version': '2.2.0',
      'host.name': `node-${(service.length % 4) + 1}`,
      'process.pid': 4000 + service.length,
    }),
  }
}

function byService<T>(items: readonly (readonly [service: string, item: T])[]): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const [service, item] of items) {
    const group = groups.get(service)
    if (group === undefined) groups.set(service, [item])
    else group.push(item)
  }
  return groups
}

/** One request as a collector sends it: spans grouped by service. */
export function tracesRequest(spans: readonly GeneratedSpan[]): TracesRequest {
  const groups = byService<Span>(spans.map(({ service, span }) => [service, span]))
  return {
    resourceSpans: [...groups].map(([service, list]) => ({
      resource: shopResource(service),
      scopeSpans: [{ scope: { name: `@shop/${service}`, version: '1.0.0' }, spans: list, schemaUrl: SCHEMA_URL }],
      schemaUrl: SCHEMA_URL,
    })),
  }
}

const INFO = 9
const WARN = 13
const ERROR = 17

/** What the services of these spans logged: a line per request, a line per exception, a warning for what was slow. */
export function logsRequest(spans: readonly GeneratedSpan[]): LogsRequest {
  const lines: [string, LogRecord][] = []
  for (const { service, span } of spans) {
    const durationMs = Number(span.endTimeUnixNano! - span.startTimeUnixNano!) / 1e6
    const base = { traceId: span.traceId!, spanId: span.spanId!, flags: 1 }
    for (const event of span.events ?? []) {
      lines.push([
        service,
        {
          ...base,
          timeUnixNano: event.timeUnixNano!,
          observedTimeUnixNano: event.timeUnixNano! + 1_000_000n,
          severityNumber: ERROR,
          severityText: 'ERROR',
          body: { stringValue: `${span.name} failed` },
          attributes: event.attributes!,
        },
      ])
    }
    if (span.kind !== 2 && span.kind !== 5) continue
    const slow = durationMs > 500
    lines.push([
      service,
      {
        ...base,
        timeUnixNano: span.endTimeUnixNano!,
        observedTimeUnixNano: span.endTimeUnixNano! + 1_000_000n,
        severityNumber: slow ? WARN : INFO,
        severityText: slow ? 'WARN' : 'INFO',
        body: { stringValue: `${span.name} ${slow ? 'was slow' : 'done'} in ${durationMs.toFixed(1)} ms` },
        attributes: attributesOf({
          'log.logger': `${service}.http`,
          'app.duration_ms': Math.round(durationMs * 10) / 10,
        }),
      },
    ])
  }
  const groups = byService(lines)
  return {
    resourceLogs: [...groups].map(([service, logRecords]) => ({
      resource: shopResource(service),
      scopeLogs: [{ scope: { name: `@shop/${service}` }, logRecords }],
    })),
  }
}
