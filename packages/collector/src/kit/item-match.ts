import type { AttributesView } from '@clew/otlp/views/attributes-view'
import { keyBytes } from '@clew/otlp/views/attributes-view'
import type { Batch } from '@clew/otlp/batch'
import type { Signal } from '@clew/otlp/signal'
import { LogRecordView } from '@clew/otlp/views/log-record-view'
import { MetricView } from '@clew/otlp/views/metric-view'
import { ResourceView } from '@clew/otlp/views/resource-view'
import { ScopeView } from '@clew/otlp/views/scope-view'
import { SpanView } from '@clew/otlp/views/span-view'
import { z } from 'zod'
import { asText, toAnyValue } from './attribute-value.ts'
import { compileGoRegex } from './go-regex.ts'

interface KeyValueMatch {
  readonly key: string
  readonly value?: unknown
}

/** `include` or `exclude` of a processor. Every property that is given must match; within a list one is enough. */
export interface MatchConfig {
  readonly match_type: 'strict' | 'regexp'
  readonly services?: readonly string[] | undefined
  readonly span_names?: readonly string[] | undefined
  readonly span_kinds?: readonly string[] | undefined
  readonly log_bodies?: readonly string[] | undefined
  readonly log_severity_texts?: readonly string[] | undefined
  readonly log_severity_number?: { readonly min: number; readonly match_undefined: boolean } | undefined
  readonly metric_names?: readonly string[] | undefined
  readonly attributes?: readonly KeyValueMatch[] | undefined
  readonly resources?: readonly KeyValueMatch[] | undefined
  readonly libraries?: readonly { readonly name: string; readonly version?: string | null | undefined }[] | undefined
}

const SEVERITY: Readonly<Record<string, number>> = { trace: 1, debug: 5, info: 9, warn: 13, error: 17, fatal: 21 }
const SPAN_KINDS = [
  'SPAN_KIND_UNSPECIFIED',
  'SPAN_KIND_INTERNAL',
  'SPAN_KIND_SERVER',
  'SPAN_KIND_CLIENT',
  'SPAN_KIND_PRODUCER',
  'SPAN_KIND_CONSUMER',
]

const severity = z.union([z.int().min(0).max(24), z.string()]).transform((value, context) => {
  if (typeof value === 'number') return value
  const match = /^([a-z]+)([1-4])?$/.exec(value.toLowerCase())
  const base = SEVERITY[match?.[1] ?? '']
  if (base !== undefined) return base + Number(match?.[2] ?? 1) - 1
  context.addIssue({ code: 'custom', message: `"${value}" is no severity: use 1 to 24, or INFO, WARN, ERROR2, …` })
  return z.NEVER
})

const keyValues = z.array(z.strictObject({ key: z.string().min(1), value: z.unknown().optional() }))

/** The schema of `include` and `exclude`. */
export const matchSchema: z.ZodType<MatchConfig> = z
  .strictObject({
    match_type: z.enum(['strict', 'regexp']).describe('How texts are compared.'),
    regexp: z.looseObject({}).optional().describe('Accepted; there is no cache to tune.'),
    services: z.array(z.string()).optional().describe('service.name of the resource.'),
    span_names: z.array(z.string()).optional(),
    span_kinds: z
      .array(z.enum(SPAN_KINDS as [string, ...string[]]))
      .optional()
      .describe('SPAN_KIND_SERVER, …'),
    log_bodies: z.array(z.string()).optional().describe('Text bodies of log records.'),
    log_severity_texts: z.array(z.string()).optional(),
    log_severity_number: z
      .strictObject({ min: severity, match_undefined: z.boolean().default(false) })
      .optional()
      .describe('Least severity.'),
    metric_names: z.array(z.string()).optional(),
    attributes: keyValues.optional().describe('All must be there; without a value the key is enough.'),
    resources: keyValues.optional().describe('The same on the resource.'),
    libraries: z.array(z.strictObject({ name: z.string(), version: z.string().nullish() })).optional(),
  })
  .superRefine((match, context) => {
    if (match.match_type !== 'regexp') return
    for (const list of [
      match.services,
      match.span_names,
      match.log_bodies,
      match.log_severity_texts,
      match.metric_names,
    ]) {
      for (const pattern of list ?? []) {
        try {
          compileGoRegex(pattern)
        } catch (error) {
          context.addIssue({ code: 'custom', message: `"${pattern}" is no regular expression: ${String(error)}` })
        }
      }
    }
  })

type TextTest = (text: string) => boolean
type ValueTest = (attributes: AttributesView) => boolean

/** Decides item by item. `bind` once for a batch, then `matches(i)`. */
export class ItemMatcher {
  readonly #config: MatchConfig
  readonly #signal: Signal
  readonly #services: TextTest | undefined
  readonly #names: TextTest | undefined
  readonly #bodies: TextTest | undefined
  readonly #severities: TextTest | undefined
  readonly #attributes: readonly ValueTest[]
  readonly #resources: readonly ValueTest[]
  readonly #span = new SpanView()
  readonly #record = new LogRecordView()
  readonly #metric = new MetricView()
  readonly #resource = new ResourceView()
  readonly #scope = new ScopeView()
  #batch: Batch | undefined
  #ownerScope = -1
  #ownerMatches = false

  constructor(config: MatchConfig, signal: Signal) {
    this.#config = config
    this.#signal = signal
    const text = (list: readonly string[] | undefined): TextTest | undefined => textTest(list, config.match_type)
    this.#services = text(config.services)
    this.#names = text(signal === 'metrics' ? config.metric_names : config.span_names)
    this.#bodies = text(config.log_bodies)
    this.#severities = text(config.log_severity_texts)
    this.#attributes = (config.attributes ?? []).map((one) => valueTest(one, config.match_type))
    this.#resources = (config.resources ?? []).map((one) => valueTest(one, config.match_type))
  }

  bind(batch: Batch): void {
    this.#batch = batch
    this.#ownerScope = -1
    this.#span.bind(batch)
    this.#record.bind(batch)
    this.#metric.bind(batch)
  }

  /** True when item `index` of the bound batch has everything that is asked for. */
  matches(index: number): boolean {
    const batch = this.#batch
    if (batch === undefined) return false
    const scope = batch.itemScope[index] ?? 0
    if (scope !== this.#ownerScope) {
      this.#ownerScope = scope
      this.#ownerMatches = this.#owner(batch, scope)
    }
    if (!this.#ownerMatches) return false
    if (this.#signal === 'traces') return this.#matchSpan(index)
    if (this.#signal === 'logs') return this.#matchRecord(index)
    this.#metric.seek(index)
    return this.#names?.(this.#metric.name()) ?? true
  }

  #owner(batch: Batch, scope: number): boolean {
    const { libraries } = this.#config
    this.#resource.seek(batch, batch.scopeResource[scope] ?? 0)
    const { attributes } = this.#resource
    if (this.#services !== undefined) {
      if (!attributes.find(SERVICE_NAME) || !this.#services(attributes.value.text())) return false
    }
    if (!this.#resources.every((test) => test(attributes))) return false
    if (libraries === undefined) return true
    this.#scope.seek(batch, scope)
    const name = this.#scope.name()
    const version = this.#scope.version()
    return libraries.some((one) => one.name === name && (one.version === undefined || (one.version ?? '') === version))
  }

  #matchSpan(index: number): boolean {
    const span = this.#span
    span.seek(index)
    const { span_kinds } = this.#config
    if (span_kinds !== undefined && !span_kinds.includes(SPAN_KINDS[span.kind] ?? '')) return false
    if (this.#names !== undefined && !this.#names(span.name())) return false
    return this.#attributes.every((test) => test(span.attributes))
  }

  #matchRecord(index: number): boolean {
    const record = this.#record
    record.seek(index)
    const { log_severity_number: least } = this.#config
    if (least !== undefined) {
      const enough = record.severityNumber === 0 ? least.match_undefined : record.severityNumber >= least.min
      if (!enough) return false
    }
    if (this.#bodies !== undefined && !this.#bodies(asText(record.body.toModel()))) return false
    if (this.#severities !== undefined && !this.#severities(record.severityText())) return false
    return this.#attributes.every((test) => test(record.attributes))
  }
}

const SERVICE_NAME = keyBytes('service.name')

function textTest(list: readonly string[] | undefined, type: MatchConfig['match_type']): TextTest | undefined {
  if (list === undefined || list.length === 0) return undefined
  if (type === 'strict') {
    const wanted = new Set(list)
    return (text) => wanted.has(text)
  }
  const patterns = list.map(compileGoRegex)
  return (text) => patterns.some((pattern) => pattern.test(text))
}

function valueTest(match: KeyValueMatch, type: MatchConfig['match_type']): ValueTest {
  const key = keyBytes(match.key)
  if (match.value === undefined || match.value === null) return (attributes) => attributes.find(key)
  if (type === 'regexp' && typeof match.value === 'string') {
    const pattern = compileGoRegex(match.value)
    return (attributes) => attributes.find(key) && pattern.test(asText(attributes.value.toModel()))
  }
  const wanted = JSON.stringify(toAnyValue(match.value), (_key, value: unknown) =>
    typeof value === 'bigint' ? `${value}n` : value,
  )
  return (attributes) =>
    attributes.find(key) &&
    JSON.stringify(attributes.value.toModel(), (_key, value: unknown) =>
      typeof value === 'bigint' ? `${value}n` : value,
    ) === wanted
}
