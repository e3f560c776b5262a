import type { FieldLevel } from './ast.ts'

export const SEARCH_SIGNALS = ['traces', 'logs', 'metrics'] as const
export type SearchSignal = (typeof SEARCH_SIGNALS)[number]

/** `text` compares as text, `duration` needs a unit, `id` takes hex digits with or without leading zeros. */
export type FieldType = 'text' | 'duration' | 'choice' | 'id' | 'boolean' | 'number'

/** A field that every item has, beside its attributes. */
export interface BuiltInField {
  readonly name: string
  readonly aliases: readonly string[]
  readonly type: FieldType
  readonly describe: string
  /** For `choice`, in rising order when `ordered`. */
  readonly choices?: readonly string[]
  readonly ordered?: boolean
}

function field(name: string, type: FieldType, describe: string, more: Partial<BuiltInField> = {}): BuiltInField {
  return { name, type, describe, aliases: [], ...more }
}

const KINDS = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer']
const SEVERITIES = ['unspecified', 'trace', 'debug', 'info', 'warn', 'error', 'fatal']

/** The built-in fields of each signal; reference page and completion come from here. */
export const BUILT_IN_FIELDS: Readonly<Record<SearchSignal, readonly BuiltInField[]>> = {
  traces: [
    field('service', 'text', 'name of the service (resource attribute service.name)'),
    field('name', 'text', 'name of the span', { aliases: ['operation'] }),
    field('duration', 'duration', 'how long the span took'),
    field('status', 'choice', 'status of the span', { choices: ['unset', 'ok', 'error'] }),
    field('message', 'text', 'status message of the span', { aliases: ['status.message'] }),
    field('kind', 'choice', 'kind of the span', { choices: KINDS }),
    field('root', 'boolean', 'the span has no parent'),
    field('trace', 'id', 'trace id', { aliases: ['trace.id'] }),
    field('span', 'id', 'span id', { aliases: ['span.id'] }),
    field('parent', 'id', 'span id of the parent', { aliases: ['parent.id'] }),
    field('scope.name', 'text', 'name of the instrumentation scope'),
    field('event.name', 'text', 'name of an event of the span'),
    field('link.trace', 'id', 'trace id of a link of the span'),
    field('trace.duration', 'duration', 'from the first start to the last end in the whole trace'),
    field('trace.spans', 'number', 'spans in the whole trace'),
    field('trace.errors', 'number', 'spans with status error in the whole trace'),
  ],
  logs: [
    field('service', 'text', 'name of the service (resource attribute service.name)'),
    field('severity', 'choice', 'severity of the record', {
      aliases: ['level'],
      choices: SEVERITIES,
      ordered: true,
    }),
    field('body', 'text', 'text of the record', { aliases: ['message'] }),
    field('event.name', 'text', 'event name of the record'),
    field('trace', 'id', 'trace id', { aliases: ['trace.id'] }),
    field('span', 'id', 'span id', { aliases: ['span.id'] }),
    field('scope.name', 'text', 'name of the instrumentation scope'),
  ],
  metrics: [
    field('service', 'text', 'name of the service (resource attribute service.name)'),
    field('scope.name', 'text', 'name of the instrumentation scope'),
  ],
}

/** Levels at which items of a signal carry attributes. */
export const SIGNAL_LEVELS: Readonly<Record<SearchSignal, readonly FieldLevel[]>> = {
  traces: ['resource', 'scope', 'span', 'event', 'link'],
  logs: ['resource', 'scope', 'log'],
  metrics: ['resource', 'scope', 'point'],
}

/** The built-in field that a written name means for a signal; undefined when it names an attribute. */
export function builtInField(written: string, signal: SearchSignal): BuiltInField | undefined {
  return BUILT_IN_FIELDS[signal].find((field) => field.name === written || field.aliases.includes(written))
}
