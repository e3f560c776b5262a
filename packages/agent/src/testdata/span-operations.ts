import { trace, type Context, type Link, type Span, type SpanOptions, type Tracer } from '@opentelemetry/api'
import fc from 'fast-check'

/** One thing a program does with the tracing API. */
export type SpanOperation = (program: SpanProgram) => void

/** Spans by the order in which they were started, and what they hang below. */
export interface SpanProgram {
  readonly tracers: readonly Tracer[]
  readonly root: Context
  readonly spans: Span[]
}

/** Times of the program, all in the second half of 2023: [seconds, nanos], milliseconds, fractions of them, Dates. */
const time = fc.oneof(
  fc.tuple(fc.integer({ min: 1_690_000_000, max: 1_700_000_000 }), fc.integer({ min: 0, max: 999_999_999 })),
  fc.integer({ min: 1_690_000_000_000, max: 1_700_000_000_000 }),
  fc.integer({ min: 1_690_000_000_000, max: 1_700_000_000_000 }).map((ms) => new Date(ms)),
)

const text = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.string({ unit: 'grapheme', maxLength: 60 }),
  fc.constantFrom('GET', 'http.route', 'x'.repeat(47), 'x'.repeat(48), 'é'.repeat(70), 'x'.repeat(200), 'ü€😀'),
  fc.integer({ min: 100, max: 20_000 }).map((length) => 'long '.repeat(length / 5)),
)
const number = fc.oneof(
  fc.integer(),
  fc.double(),
  fc.maxSafeInteger(),
  fc.constantFrom(0, -0, -1, 127, 128, 2 ** 31, 2 ** 32, -(2 ** 32), 2 ** 53, 2 ** 62, 2 ** 63, -(2 ** 63), 1e300),
)
const nothing = fc.constantFrom(null, undefined)
const array = fc.oneof(
  fc.array(fc.oneof({ weight: 5, arbitrary: text }, nothing), { maxLength: 5 }),
  fc.array(fc.oneof({ weight: 5, arbitrary: number }, nothing), { maxLength: 5 }),
  fc.array(fc.boolean(), { maxLength: 300 }),
)
const invalid = fc.constantFrom<unknown>({}, Symbol('s'), 10n, () => 1, ['a', 1], [{}], [[1]], new Date(0))
const value = fc.oneof(
  { weight: 6, arbitrary: text },
  { weight: 4, arbitrary: number },
  { weight: 2, arbitrary: fc.boolean() },
  { weight: 3, arbitrary: array },
  nothing,
  invalid,
)
const key = fc.oneof(fc.constantFrom('a', 'b', 'c', 'http.request.method', 'ключ', ''), fc.string({ maxLength: 40 }))
const attributes = fc.dictionary(
  key.filter((name) => name !== '__proto__'),
  value,
  { maxKeys: 9 },
) as fc.Arbitrary<NonNullable<SpanOptions['attributes']>>

const link = fc.record({
  context: fc.record({
    traceId: fc.constantFrom('0af7651916cd43dd8448eb211c80319c', 'ffffffffffffffffffffffffffffffff'),
    spanId: fc.constantFrom('b7ad6b7169203331', '00000000000000ff'),
    traceFlags: fc.constantFrom(0, 1, 3),
    isRemote: fc.boolean(),
  }),
  attributes: fc.option(attributes, { nil: undefined }),
}) as fc.Arbitrary<Link>

const which = fc.nat({ max: 3 })
const on =
  (index: number, action: (span: Span) => void): SpanOperation =>
  ({ spans }) => {
    const span = spans[index % Math.max(1, spans.length)]
    if (span !== undefined) action(span)
  }

const start = fc
  .record({
    tracer: fc.nat({ max: 1 }),
    name: text,
    parent: fc.option(which, { nil: undefined }),
    options: fc.record(
      {
        kind: fc.integer({ min: 0, max: 4 }),
        root: fc.boolean(),
        startTime: time,
        attributes,
        links: fc.array(link, { maxLength: 4 }),
      },
      { requiredKeys: ['startTime'] },
    ),
  })
  .map(({ tracer, name, parent, options }): SpanOperation => (program) => {
    const { tracers, spans, root } = program
    const above = parent === undefined ? undefined : spans[parent % Math.max(1, spans.length)]
    const context = above === undefined ? root : trace.setSpan(root, above)
    spans.push(tracers[tracer]!.startSpan(name, options as SpanOptions, context))
  })

const change = fc.oneof(
  fc.tuple(which, key, value).map(([i, name, given]) => on(i, (span) => span.setAttribute(name, given as string))),
  fc.tuple(which, attributes).map(([i, given]) => on(i, (span) => span.setAttributes(given))),
  fc.tuple(which, text, time).map(([i, name, at]) => on(i, (span) => span.addEvent(name, at))),
  fc
    .tuple(which, text, attributes, time)
    .map(([i, name, given, at]) => on(i, (span) => span.addEvent(name, given, at))),
  fc.tuple(which, link).map(([i, given]) => on(i, (span) => span.addLink(given))),
  fc.tuple(which, fc.array(link, { maxLength: 3 })).map(([i, given]) => on(i, (span) => span.addLinks(given))),
  fc
    .tuple(which, fc.integer({ min: 0, max: 2 }), fc.oneof(text, fc.constant(undefined), fc.constant(7 as never)))
    .map(([i, code, message]) => on(i, (span) => span.setStatus(message === undefined ? { code } : { code, message }))),
  fc.tuple(which, text).map(([i, name]) => on(i, (span) => span.updateName(name))),
  fc
    .tuple(
      which,
      fc.constantFrom('text', new RangeError('far'), { name: 'N' }, { code: 12, message: 'm' }, {}, ''),
      time,
    )
    .map(([i, exception, at]) => on(i, (span) => span.recordException(exception as Error, at))),
)

const end = fc.tuple(which, time).map(([i, at]) => on(i, (span) => span.end(at)))

/** What a program may do with spans, with given times: everything that comes out is determined. */
export const spanOperations: fc.Arbitrary<SpanOperation[]> = fc.array(
  fc.oneof({ weight: 1, arbitrary: start }, { weight: 8, arbitrary: change }, { weight: 1, arbitrary: end }),
  { minLength: 20, maxLength: 120 },
)
