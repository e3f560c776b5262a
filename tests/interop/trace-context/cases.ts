/** One request to a service, and what the service must send on: written down from the text of W3C Trace Context level 2. */
export interface Case {
  readonly name: string
  /** As they go over the wire, in order, names spelled so. */
  readonly headers: readonly (readonly [string, string])[]
  /** Flags of the outgoing `traceparent` when the trace goes on; undefined when a new one must begin. */
  readonly flags?: string
  /** The outgoing `tracestate`; undefined when there must be none. */
  readonly state?: string
}

/** The ids of all cases; those that are cut or bent are made from them. */
export const INCOMING = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' } as const

const { traceId: TRACE, spanId: SPAN } = INCOMING
const VALID = `00-${TRACE}-${SPAN}-01`

function parentCase(name: string, value: string, flags?: string): Case {
  return { name, headers: [['traceparent', value]], ...(flags === undefined ? {} : { flags }) }
}

function stateCase(name: string, values: readonly string[], state?: string): Case {
  const headers = [['traceparent', VALID] as const, ...values.map((value) => ['tracestate', value] as const)]
  return { name, headers, flags: '01', ...(state === undefined ? {} : { state }) }
}

const GOES_ON: Case[] = [
  parentCase('a sampled parent', VALID, '01'),
  parentCase('an unsampled parent', `00-${TRACE}-${SPAN}-00`, '00'),
  parentCase('the random flag alone', `00-${TRACE}-${SPAN}-02`, '02'),
  parentCase('the random and the sampled flag', `00-${TRACE}-${SPAN}-03`, '03'),
  parentCase('flags nobody has defined are cleared', `00-${TRACE}-${SPAN}-fd`, '01'),
  parentCase('all flags', `00-${TRACE}-${SPAN}-ff`, '03'),
  parentCase('spaces before', `  ${VALID}`, '01'),
  parentCase('a tab before', `\t${VALID}`, '01'),
  parentCase('spaces after', `${VALID}  `, '01'),
  parentCase('a tab after', `${VALID}\t`, '01'),
  parentCase('a later version of the same length', `cc-${TRACE}-${SPAN}-01`, '01'),
  parentCase('a later version with more behind a dash', `01-${TRACE}-${SPAN}-01-and-more`, '01'),
  parentCase('the last version there can be', `fe-${TRACE}-${SPAN}-00`, '00'),
  { name: 'the name in mixed case', headers: [['TraceParent', VALID]], flags: '01' },
  { name: 'the name in capitals', headers: [['TRACEPARENT', VALID]], flags: '01' },
]

const STARTS_ANEW: Case[] = [
  { name: 'no header', headers: [] },
  {
    name: 'two different headers',
    headers: [
      ['traceparent', VALID],
      ['traceparent', VALID.replace(/1$/, '0')],
    ],
  },
  { name: 'the name with a dash', headers: [['trace-parent', VALID]] },
  { name: 'the name with a dot', headers: [['trace.parent', VALID]] },
  { name: 'a tracestate alone', headers: [['tracestate', 'a=1']] },
  {
    name: 'a malformed parent with a good tracestate',
    headers: [
      ['traceparent', VALID.slice(1)],
      ['tracestate', 'a=1'],
    ],
  },
  parentCase('an empty value', ''),
  parentCase('the version that is forbidden', `ff-${TRACE}-${SPAN}-01`),
  parentCase('a version of one digit', `0-${TRACE}-${SPAN}-01`),
  parentCase('a version of three digits', `000-${TRACE}-${SPAN}-01`),
  parentCase('a version that is no hex', `0x-${TRACE}-${SPAN}-01`),
  parentCase('a version with a dot', `.0-${TRACE}-${SPAN}-01`),
  parentCase('a version in capitals', `CC-${TRACE}-${SPAN}-01`),
  parentCase('version 00 with a dot behind', `${VALID}.`),
  parentCase('version 00 with a dash behind', `${VALID}-`),
  parentCase('version 00 with more behind a dash', `${VALID}-and-more`),
  parentCase('a later version with more behind a dot', `cc-${TRACE}-${SPAN}-01.and-more`),
  parentCase('a later version with longer flags', `cc-${TRACE}-${SPAN}-011`),
  parentCase('a later version that is too short', `cc-${TRACE}-${SPAN}-0`),
  parentCase('a trace id of zeros', `00-${'0'.repeat(32)}-${SPAN}-01`),
  parentCase('a trace id with another character', `00-${TRACE.slice(1)}.-${SPAN}-01`),
  parentCase('a trace id in capitals', `00-${TRACE.toUpperCase()}-${SPAN}-01`),
  parentCase('a trace id of 33 digits', `00-${TRACE}0-${SPAN}-01`),
  parentCase('a trace id of 31 digits', `00-${TRACE.slice(1)}-${SPAN}-01`),
  parentCase('a parent id of zeros', `00-${TRACE}-${'0'.repeat(16)}-01`),
  parentCase('a parent id with another character', `00-${TRACE}-${SPAN.slice(1)}.-01`),
  parentCase('a parent id in capitals', `00-${TRACE}-${SPAN.toUpperCase()}-01`),
  parentCase('a parent id of 17 digits', `00-${TRACE}-${SPAN}0-01`),
  parentCase('a parent id of 15 digits', `00-${TRACE}-${SPAN.slice(1)}-01`),
  parentCase('flags with another character', `00-${TRACE}-${SPAN}-.1`),
  parentCase('flags in capitals', `00-${TRACE}-${SPAN}-0B`),
  parentCase('flags of three digits', `00-${TRACE}-${SPAN}-001`),
  parentCase('flags of one digit', `00-${TRACE}-${SPAN}-1`),
]

const many = (from: number, to: number): string =>
  Array.from({ length: to - from + 1 }, (_, at) => `k${from + at}=${from + at}`).join(',')
const printable = Array.from({ length: 0x7f - 0x20 }, (_, at) => String.fromCodePoint(0x20 + at)).join('')
const allOfValue = printable.replace(',', '').replace('=', '')
const allOfKey = 'abcdefghijklmnopqrstuvwxyz0123456789_-*/@'

const STATES: Case[] = [
  stateCase('one member', ['a=1'], 'a=1'),
  stateCase('members in their order', ['b=2,a=1,c=3'], 'b=2,a=1,c=3'),
  stateCase('several headers are one list', ['a=1,b=2', 'c=3', 'd=4'], 'a=1,b=2,c=3,d=4'),
  stateCase('an empty header', ['']),
  stateCase('an empty header before another', ['', 'a=1'], 'a=1'),
  stateCase('an empty header after another', ['a=1', ''], 'a=1'),
  stateCase('empty members', ['a=1,,b=2, ,'], 'a=1,b=2'),
  stateCase('blanks around members', [' a=1 \t,\t b=2\t '], 'a=1,b=2'),
  stateCase('blanks inside a value', ['a=x y'], 'a=x y'),
  stateCase('a blank at the beginning of a value', ['a= x'], 'a= x'),
  stateCase('the same key twice', ['a=1,a=2'], 'a=1'),
  stateCase('the same key in two headers', ['a=1', 'a=2'], 'a=1'),
  stateCase('all characters of a key', [`${allOfKey}=1`], `${allOfKey}=1`),
  stateCase('all characters of a value', [`a=${allOfValue}`], `a=${allOfValue}`),
  stateCase('a key that begins with a digit', ['0a=1'], '0a=1'),
  stateCase('a key of a tenant', ['tenant@vendor=1'], 'tenant@vendor=1'),
  stateCase('an at sign at the end of a key', ['a@=1'], 'a@=1'),
  stateCase('a key of 256 characters', ['a=1', `${'z'.repeat(256)}=1`], `a=1,${'z'.repeat(256)}=1`),
  stateCase('a value of 256 characters', [`a=${'z'.repeat(256)}`], `a=${'z'.repeat(256)}`),
  stateCase('32 members', [many(1, 20), many(21, 32)], many(1, 32)),
  stateCase('33 members', [many(1, 20), many(21, 33)]),
  stateCase('a key of 257 characters', ['a=1', `${'z'.repeat(257)}=1`]),
  stateCase('a value of 257 characters', [`a=1,b=${'z'.repeat(257)}`]),
  stateCase('a key in capitals', ['a=1,B=2']),
  stateCase('a key with a dot', ['a.b=1']),
  stateCase('a blank between key and equals sign', ['a =1,b=2']),
  stateCase('a key that begins with an at sign', ['@a=1,b=2']),
  stateCase('a key that begins with an underscore', ['_a=1']),
  stateCase('no key', ['=1,b=2']),
  stateCase('no value', ['a=,b=2']),
  stateCase('no equals sign', ['a,b=2']),
  stateCase('two equals signs', ['a=1=2,b=2']),
  {
    name: 'the name in mixed case',
    headers: [
      ['traceparent', VALID],
      ['TraceState', 'a=1'],
    ],
    flags: '01',
    state: 'a=1',
  },
  {
    name: 'the name with a dash',
    headers: [
      ['traceparent', VALID],
      ['trace-state', 'a=1'],
    ],
    flags: '01',
  },
  {
    name: 'of a later version',
    headers: [
      ['traceparent', `cc-${TRACE}-${SPAN}-01-x`],
      ['tracestate', 'a=1'],
    ],
    flags: '01',
    state: 'a=1',
  },
  {
    name: 'of an unsampled trace',
    headers: [
      ['traceparent', VALID.replace(/1$/, '0')],
      ['tracestate', 'a=1'],
    ],
    flags: '00',
    state: 'a=1',
  },
]

/** All cases by subject. */
export const CASES: Readonly<Record<string, readonly Case[]>> = {
  'the trace goes on with': GOES_ON,
  'a new trace begins with': STARTS_ANEW,
  'the tracestate with': STATES,
}
