import { context, isSpanContextValid, trace } from '@opentelemetry/api'
import { logs, SeverityNumber, type AnyValueMap, type Logger } from '@opentelemetry/api-logs'
import type { Plugin } from '../../plugins/plugin.ts'
import { traceChannel } from '../channels/trace-channel.ts'

/** A record as Bunyan's streams get it. */
type BunyanRecord = Record<string, unknown> & {
  readonly level?: number
  readonly msg?: unknown
  readonly time?: unknown
}

/** Fields that say what the resource and the record itself say already. */
const ELSEWHERE = new Set([
  'name',
  'hostname',
  'pid',
  'v',
  'level',
  'msg',
  'time',
  'trace_id',
  'span_id',
  'trace_flags',
])

const LEVELS: readonly (readonly [number, SeverityNumber, string])[] = [
  [60, SeverityNumber.FATAL, 'fatal'],
  [50, SeverityNumber.ERROR, 'error'],
  [40, SeverityNumber.WARN, 'warn'],
  [30, SeverityNumber.INFO, 'info'],
  [20, SeverityNumber.DEBUG, 'debug'],
  [0, SeverityNumber.TRACE, 'trace'],
]

/** Ids of trace and span go into every record, and every record is sent. Options: `correlate: false`, `send: false`. */
export const bunyan: Plugin = {
  name: 'bunyan',
  modules: [],
  libraries: ['bunyan >=1'],
  rewrites: [
    {
      channelName: 'emit',
      module: { name: 'bunyan', versionRange: '>=1 <3', filePath: 'lib/bunyan.js' },
      astQuery: 'AssignmentExpression[left.property.name="_emit"] > FunctionExpression',
      functionQuery: { kind: 'Sync' },
    },
  ],
  start: ({ options }) => {
    let logger: Logger | undefined
    traceChannel('orchestrion:bunyan:emit', {
      over: 'on-return',
      begin: ({ arguments: args = [] }, active) => {
        const [record, onlyText] = args as [BunyanRecord, unknown]
        if (onlyText === true || typeof record !== 'object' || record === null) return undefined
        const span = trace.getSpanContext(active)
        if (options['correlate'] !== false && span !== undefined && isSpanContextValid(span)) {
          record['trace_id'] = span.traceId
          record['span_id'] = span.spanId
          record['trace_flags'] = span.traceFlags.toString(16).padStart(2, '0')
        }
        if (options['send'] !== false) send((logger ??= logs.getLogger('@clew/agent/bunyan')), record)
        return undefined
      },
    })
  },
}

function send(logger: Logger, record: BunyanRecord): void {
  const { level = 0, msg, time } = record
  const [, severityNumber, severityText] = LEVELS.find(([from]) => level >= from) ?? LEVELS.at(-1)!
  const attributes: AnyValueMap = {}
  for (const [key, value] of Object.entries(record)) {
    if (!ELSEWHERE.has(key)) attributes[key] = value as AnyValueMap[string]
  }
  logger.emit({
    severityNumber,
    severityText,
    body: typeof msg === 'string' ? msg : '',
    attributes,
    ...(time instanceof Date ? { timestamp: time } : {}),
    context: context.active(),
  })
}
