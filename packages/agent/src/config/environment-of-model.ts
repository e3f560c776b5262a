import type { ConfigurationModel } from '@opentelemetry/configuration'
import { variableName } from '../plugins/plugin-switches.ts'
import { profilesOfModel } from './profiles-of-model.ts'

/** What a configuration file comes to: variables as the SDK and the agent read them, and what they cannot say. */
export interface FileSettings {
  readonly variables: Readonly<Record<string, string>>
  /** Sentences for findings. */
  readonly ignored: readonly string[]
}

type Node = Readonly<Record<string, unknown>>

/**
 * Declarative configuration (1.0) as variables. What the file does not mention is off or at its default, whatever the
 * environment says. Of several processors, readers or exporters the first is used.
 */
export function environmentOfModel(model: ConfigurationModel): FileSettings {
  const variables: Record<string, string> = {}
  const ignored: string[] = []
  const set = (name: string, value: unknown): void => {
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
      variables[name] = String(value)
  }
  const root = node(model)
  set('OTEL_SDK_DISABLED', root['disabled'])
  resource(node(root['resource']), set)
  const limits = node(root['attribute_limits'])
  set('OTEL_ATTRIBUTE_COUNT_LIMIT', limits['attribute_count_limit'])
  set('OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT', limits['attribute_value_length_limit'])
  set('OTEL_PROPAGATORS', propagators(node(root['propagator'])))

  const tracer = node(root['tracer_provider'])
  const spans = first(tracer['processors'], 'tracer_provider.processors', ignored)
  set('OTEL_BSP_SCHEDULE_DELAY', node(spans['batch'])['schedule_delay'])
  set('OTEL_BSP_MAX_QUEUE_SIZE', node(spans['batch'])['max_queue_size'])
  set('OTEL_BSP_MAX_EXPORT_BATCH_SIZE', node(spans['batch'])['max_export_batch_size'])
  exporter('TRACES', node(spans['batch'] ?? spans['simple'])['exporter'], set, ignored)
  spanLimits(node(tracer['limits']), set)
  sampler(node(tracer['sampler']), set, ignored)

  const reader = node(first(node(root['meter_provider'])['readers'], 'meter_provider.readers', ignored)['periodic'])
  set('OTEL_METRIC_EXPORT_INTERVAL', reader['interval'])
  set('OTEL_METRIC_EXPORT_TIMEOUT', reader['timeout'])
  exporter('METRICS', reader['exporter'], set, ignored)
  if (list(node(root['meter_provider'])['views']).length > 0) ignored.push('meter_provider.views is ignored')

  const records = first(node(root['logger_provider'])['processors'], 'logger_provider.processors', ignored)
  set('OTEL_BLRP_SCHEDULE_DELAY', node(records['batch'])['schedule_delay'])
  set('OTEL_BLRP_MAX_QUEUE_SIZE', node(records['batch'])['max_queue_size'])
  set('OTEL_BLRP_MAX_EXPORT_BATCH_SIZE', node(records['batch'])['max_export_batch_size'])
  exporter('LOGS', node(records['batch'] ?? records['simple'])['exporter'], set, ignored)

  const { profiles, ...js } = node(node(root['instrumentation/development'])['js'])
  instrumentations(js, set)
  profilesOfModel(node(profiles), { ...variables }, set, ignored)
  return { variables, ignored }
}

type Set = (name: string, value: unknown) => void

function resource({ attributes, attributes_list: text }: Node, set: Set): void {
  const pairs = list(attributes).map((entry) => {
    const { name, value } = node(entry)
    const shown = Array.isArray(value) ? value.join(',') : String(value)
    return `${encodeURIComponent(String(name))}=${encodeURIComponent(shown)}`
  })
  const service = list(attributes).find((entry) => node(entry)['name'] === 'service.name')
  set('OTEL_SERVICE_NAME', node(service)['value'])
  const all = [typeof text === 'string' ? text : '', ...pairs].filter((part) => part !== '')
  if (all.length > 0) set('OTEL_RESOURCE_ATTRIBUTES', all.join(','))
}

function propagators({ composite, composite_list: text }: Node): string {
  const names = list(composite).flatMap((entry) => Object.keys(node(entry)))
  const more = typeof text === 'string' ? text.split(',') : []
  return [...new Set([...names, ...more].map((name) => name.trim()).filter((name) => name !== ''))].join(',') || 'none'
}

function spanLimits(limits: Node, set: Set): void {
  set('OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT', limits['attribute_count_limit'])
  set('OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT', limits['attribute_value_length_limit'])
  set('OTEL_SPAN_EVENT_COUNT_LIMIT', limits['event_count_limit'])
  set('OTEL_SPAN_LINK_COUNT_LIMIT', limits['link_count_limit'])
  set('OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT', limits['event_attribute_count_limit'])
  set('OTEL_LINK_ATTRIBUTE_COUNT_LIMIT', limits['link_attribute_count_limit'])
}

function sampler(given: Node, set: Set, ignored: string[]): void {
  const parentBased = 'parent_based' in given
  const root = parentBased ? node(node(given['parent_based'])['root']) : given
  const [kind = parentBased ? 'always_on' : undefined] = Object.keys(root)
  if (kind === undefined) return
  const prefix = parentBased ? 'parentbased_' : ''
  if (kind === 'always_on' || kind === 'always_off') set('OTEL_TRACES_SAMPLER', `${prefix}${kind}`)
  else if (kind === 'trace_id_ratio_based' || kind === 'probability/development') {
    set('OTEL_TRACES_SAMPLER', `${prefix}traceidratio`)
    set('OTEL_TRACES_SAMPLER_ARG', node(root[kind])['ratio'] ?? 1)
  } else ignored.push(`tracer_provider.sampler: ${kind} is not known, everything is kept`)
}

function exporter(signal: 'TRACES' | 'METRICS' | 'LOGS', given: unknown, set: Set, ignored: string[]): void {
  const [kind, options] = Object.entries(node(given))[0] ?? []
  if (kind === undefined) return set(`OTEL_${signal}_EXPORTER`, 'none')
  if (kind === 'console') return set(`OTEL_${signal}_EXPORTER`, 'console')
  if (kind !== 'otlp_http' && kind !== 'otlp_grpc') {
    ignored.push(`the exporter ${kind} for ${signal.toLowerCase()} is not known, they are not sent`)
    return set(`OTEL_${signal}_EXPORTER`, 'none')
  }
  const prefix = `OTEL_EXPORTER_OTLP_${signal}`
  const { endpoint, compression, timeout, headers, headers_list: text, encoding, tls } = node(options)
  set(`OTEL_${signal}_EXPORTER`, 'otlp')
  set(`${prefix}_PROTOCOL`, kind === 'otlp_grpc' ? 'grpc' : encoding === 'json' ? 'http/json' : 'http/protobuf')
  set(`${prefix}_ENDPOINT`, endpoint)
  set(`${prefix}_COMPRESSION`, compression)
  set(`${prefix}_TIMEOUT`, timeout)
  const pairs = list(headers).map((entry) => {
    const { name, value } = node(entry)
    return `${String(name)}=${encodeURIComponent(String(value))}`
  })
  const all = [typeof text === 'string' ? text : '', ...pairs].filter((part) => part !== '')
  if (all.length > 0) set(`${prefix}_HEADERS`, all.join(','))
  set(`${prefix}_CERTIFICATE`, node(tls)['ca_file'])
  set(`${prefix}_CLIENT_KEY`, node(tls)['key_file'])
  set(`${prefix}_CLIENT_CERTIFICATE`, node(tls)['cert_file'])
  set('OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE', node(options)['temporality_preference'])
}

/** `pg: { enabled: false }`; what else is said is what CLEW_INSTRUMENTATION_<NAME> takes. */
function instrumentations(js: Node, set: Set): void {
  for (const [name, given] of Object.entries(js)) {
    const { enabled, ...options } = node(given)
    set(`OTEL_INSTRUMENTATION_${variableName(name)}_ENABLED`, enabled)
    if (Object.keys(options).length > 0) set(`CLEW_INSTRUMENTATION_${variableName(name)}`, JSON.stringify(options))
  }
}

function first(given: unknown, name: string, ignored: string[]): Node {
  const [one, ...more] = list(given)
  if (more.length > 0) ignored.push(`${name}: only the first of ${more.length + 1} is used`)
  return node(one)
}

function list(given: unknown): readonly unknown[] {
  return Array.isArray(given) ? (given as unknown[]) : []
}

function node(given: unknown): Node {
  return typeof given === 'object' && given !== null ? (given as Node) : {}
}
