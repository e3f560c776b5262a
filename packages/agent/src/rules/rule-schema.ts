/**
 * The grammar of rules files as data: the parser and the reference page are made from it.
 */

/** What a field may hold. */
export type FieldType =
  /** Text. */
  | 'text'
  /** One text or a list of them. */
  | 'texts'
  | 'boolean'
  /** A whole number from 1. */
  | 'line'
  /** `$args.0.id` and the like. */
  | 'expression'
  /** A constant or an expression. */
  | 'value'
  /** Text with `{$…}` in it. */
  | 'template'
  /** Keys with values. */
  | 'attributes'
  | { readonly oneOf: readonly string[] }
  | { readonly fields: Fields }

/** One key of an object. */
export interface Field {
  readonly type: FieldType
  readonly about: string
  readonly example: string
  readonly required?: true
  readonly default?: string
}

/** The keys of an object. */
export type Fields = Readonly<Record<string, Field>>

const WHEN: FieldType = { oneOf: ['enter', 'return', 'error', 'exit'] }
const ATTRIBUTES: Field = {
  type: 'attributes',
  about: 'attributes by key; a value that leads nowhere is left out, objects become JSON',
  example: '{ order.id: $args.0.id, tier: gold }',
}

/** Numbers of the API's span kinds, by their names. */
export const SPAN_KINDS: readonly string[] = ['internal', 'server', 'client', 'producer', 'consumer']

/** Severity numbers of log records. */
export const SEVERITIES: Readonly<Record<string, number>> = {
  trace: 1,
  debug: 5,
  info: 9,
  warn: 13,
  error: 17,
  fatal: 21,
}

/** Keys of `where`. */
export const WHERE_FIELDS: Fields = {
  file: { type: 'texts', about: 'glob on the path within the package', example: 'src/orders/**/*.ts' },
  class: {
    type: 'texts',
    about: 'name of the class or object the function is in; `*` and `?` as in globs',
    example: 'OrderService',
  },
  func: {
    type: 'texts',
    about:
      'name of the function or method; `constructor`, `get total` and `set total` for those; `*` and `?` as in globs',
    example: 'price',
  },
  line: {
    type: 'line',
    about: 'a line of the original source: what stands there is preceded by the actions; needs `file`',
    example: '42',
  },
  call: {
    type: 'text',
    about:
      'calls as they are written, wherever they are: dotted names, `*` for any one, a leading `**.` for any beginning, `new ` for constructors',
    example: 'stripe.charges.create',
  },
  decorator: {
    type: 'text',
    about: 'decorator of the method or of its class, also in emitted JavaScript',
    example: '"@Get"',
  },
  directive: { type: 'text', about: 'beginning of a comment right before the function', example: 'clew:span' },
}

/** Keys under `do`, each with its own. */
export const ACTION_FIELDS: Readonly<Record<string, { readonly about: string; readonly fields: Fields }>> = {
  span: {
    about: 'a span around the function or call; what happens inside belongs to it',
    fields: {
      name: { type: 'template', about: 'name of the span', example: 'price', default: 'Class.function' },
      kind: { type: { oneOf: SPAN_KINDS }, about: 'kind of the span', example: 'client', default: 'internal' },
      attributes: ATTRIBUTES,
    },
  },
  metric: {
    about: 'a measurement',
    fields: {
      name: { type: 'text', about: 'name of the instrument', example: 'orders.priced', required: true },
      type: {
        type: { oneOf: ['counter', 'updown', 'histogram', 'gauge'] },
        about: 'kind of instrument',
        example: 'histogram',
        default: 'counter',
      },
      value: {
        type: 'value',
        about: 'what is recorded; nothing when it is no number',
        example: '$duration_ms',
        default: '1',
      },
      unit: { type: 'text', about: 'unit, in UCUM', example: 'ms' },
      description: { type: 'text', about: 'what it is', example: 'orders priced' },
      when: { type: WHEN, about: '`exit` is return or error', example: 'error', default: 'exit' },
      attributes: ATTRIBUTES,
    },
  },
  log: {
    about: 'a log record in the context of the call',
    fields: {
      body: {
        type: 'template',
        about: 'text; `{$…}` is replaced, `{{` is a brace',
        example: 'priced {$args.0.id}',
        required: true,
      },
      severity: { type: { oneOf: Object.keys(SEVERITIES) }, about: 'severity', example: 'warn', default: 'info' },
      when: { type: WHEN, about: '`exit` is return or error', example: 'error', default: 'exit' },
      attributes: ATTRIBUTES,
    },
  },
  event: {
    about: 'an event of the active span; where there is none, a log record with that event name',
    fields: {
      name: { type: 'text', about: 'name of the event', example: 'cache.miss', required: true },
      when: { type: WHEN, about: '`exit` is return or error', example: 'return', default: 'enter' },
      attributes: ATTRIBUTES,
    },
  },
  context: {
    about: 'propagation through something that no instrumentation knows',
    fields: {
      extract: {
        type: 'expression',
        about: 'headers (object, Headers or Map) the caller’s context is read from; put it before `span`',
        example: '$args.0.properties.headers',
      },
      inject: {
        type: 'expression',
        about: 'headers the context is written to; put it after `span`',
        example: '$args.1.headers',
      },
      as: {
        type: { oneOf: ['parent', 'link'] },
        about: 'what the extracted context is to the span',
        example: 'link',
        default: 'parent',
      },
    },
  },
  inject_hooks: {
    about: 'functions of yours that watch: called with `{ rule, name, this, args, state, span, result, error }`',
    fields: {
      path: { type: 'text', about: 'module, relative to the rules file', example: './hooks.mjs', required: true },
      before: { type: 'text', about: 'export called on entry', example: 'beforePrice' },
      after: { type: 'text', about: 'export called at the end', example: 'afterPrice' },
    },
  },
  redact: {
    about:
      'hides values other actions of this file would show, in the functions selected or, without `where`, in all of the target',
    fields: {
      keys: {
        type: 'texts',
        about: 'attribute keys and property names; `*` stands for any text, case does not matter',
        example: '[password, "card.*"]',
        required: true,
      },
      replacement: { type: 'text', about: 'what is shown instead', example: '***', default: '***' },
    },
  },
  skip: { about: 'takes functions out of all other rules of this file; written `skip: true`', fields: {} },
}

/** Keys of a rule. */
export const RULE_FIELDS: Fields = {
  target: {
    type: 'texts',
    about: 'package: `$root` is the program itself, otherwise a name on npm, with `*` for any text',
    example: '$root',
    required: true,
  },
  version: { type: 'text', about: 'range of versions of the package', example: '">=1.2 <3"' },
  enabled: {
    type: 'boolean',
    about: 'position of the switch at the start; see `clew agents`',
    example: 'false',
    default: 'true',
  },
  where: {
    type: { fields: WHERE_FIELDS },
    about: 'places; all keys must hold. Only `redact` and `skip` go without',
    example: '{ class: OrderService, func: price }',
  },
  do: {
    type: { fields: {} },
    about: 'a list of actions, each with its one key',
    example: '[{ span: { name: price } }]',
    required: true,
  },
}
