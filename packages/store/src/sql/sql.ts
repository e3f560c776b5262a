import { ClewError } from '@clew/base/errors'

/**
 * A piece of SQL whose values travel apart from its text.
 *
 * Only three things make text: literal parts of `sql` templates (written by programmers), names from `ident` (an
 * allow-list), and other `Sql`. Every `${value}` becomes a typed server-side parameter. Text values are sent as hex and
 * decoded by the engine, so that no character of a value has a meaning on its way.
 */
export class Sql {
  readonly parts: readonly string[]
  readonly values: readonly Parameter[]

  constructor(parts: readonly string[], values: readonly Parameter[]) {
    this.parts = parts
    this.values = values
  }
}

/** A value with the engine type it is sent as. `encoded` has letters, digits, `+-.,[]` and quotes round hex only. */
export class Parameter {
  /** Type in the placeholder. */
  readonly type: string
  /** Value of the parameter, in a form no quoting is needed for (see `arrayOfText`). */
  readonly encoded: string | readonly string[]
  /** Text around the placeholder that decodes it. */
  readonly open: string
  readonly close: string

  constructor(type: string, encoded: string | readonly string[], open = '', close = '') {
    this.type = type
    this.encoded = encoded
    this.open = open
    this.close = close
  }
}

export type SqlValue = string | number | bigint | boolean | Parameter | Sql

const MIN_INT64 = -(2n ** 63n)
const MAX_INT64 = 2n ** 63n - 1n
const MAX_UINT64 = 2n ** 64n - 1n

function badValue(message: string): ClewError {
  return new ClewError('SQL_VALUE', message)
}

function hexOf(value: string | Uint8Array): string {
  return Buffer.from(value as string).toString('hex')
}

/** Text (or raw bytes) as a String parameter. */
export function textParameter(value: string | Uint8Array): Parameter {
  return new Parameter('String', hexOf(value), 'unhex(', ')')
}

/** Raw bytes of one width, for id columns. */
export function fixedParameter(value: Uint8Array, width: number): Parameter {
  if (value.length !== width) throw badValue(`an id of ${width} bytes was expected, got ${value.length}`)
  return new Parameter('String', hexOf(value), 'toFixedString(unhex(', `), ${width})`)
}

/** An unsigned 64-bit integer. */
export function uint64Parameter(value: bigint | number): Parameter {
  const integer = BigInt(value)
  if (integer < 0n || integer > MAX_UINT64) throw badValue(`${integer} is no unsigned 64-bit integer`)
  return new Parameter('UInt64', integer.toString())
}

/** A signed 64-bit integer. */
export function int64Parameter(value: bigint | number): Parameter {
  const integer = BigInt(value)
  if (integer < MIN_INT64 || integer > MAX_INT64) throw badValue(`${integer} is no signed 64-bit integer`)
  return new Parameter('Int64', integer.toString())
}

/** A double, NaN and infinities included. */
function doubleParameter(value: number): Parameter {
  const text = Number.isNaN(value) ? 'nan' : Math.abs(value) === Infinity ? (value < 0 ? '-inf' : 'inf') : String(value)
  return new Parameter('Float64', text)
}

/** A list of texts: Array(String). */
export function textsParameter(values: readonly (string | Uint8Array)[]): Parameter {
  return new Parameter('Array(String)', values.map(hexOf), 'arrayMap(x -> unhex(x), ', ')')
}

/**
 * A list of ids of one width: Array(FixedString). One constant without a function over its items, because the engine looks
 * through such a one when it decides which shards to ask.
 */
export function fixedsParameter(values: readonly Uint8Array[], width: number): Parameter {
  for (const value of values)
    if (value.length !== width) throw badValue(`an id of ${width} bytes was expected, got ${value.length}`)
  return new Parameter('String', values.map(hexOf).join(''), 'reinterpret(unhex(', `), 'Array(FixedString(${width}))')`)
}

/** A list of unsigned 64-bit integers. */
export function uint64sParameter(values: readonly (bigint | number)[]): Parameter {
  const list = values.map((value) => uint64Parameter(value).encoded).join(',')
  return new Parameter('Array(UInt64)', `[${list}]`)
}

/**
 * The members of a list parameter, for `IN`. The engine turns `IN` with a computed array into a function of every row, for
 * which it asks neither key nor skip index; a set it does.
 */
export function setOf(list: Parameter): Sql {
  return sql`(SELECT arrayJoin(${list}))`
}

function parameterOf(value: Exclude<SqlValue, Sql>): Parameter {
  if (value instanceof Parameter) return value
  if (typeof value === 'string') return textParameter(value)
  if (typeof value === 'bigint') return value > MAX_INT64 ? uint64Parameter(value) : int64Parameter(value)
  if (typeof value === 'boolean') return new Parameter('UInt8', value ? '1' : '0')
  return Number.isSafeInteger(value) && !Object.is(value, -0) ? int64Parameter(value) : doubleParameter(value)
}

/** The tag: sql`SELECT … WHERE Name = ${name}`. */
export function sql(strings: TemplateStringsArray, ...values: readonly SqlValue[]): Sql {
  const parts: string[] = [strings[0] ?? '']
  const parameters: Parameter[] = []
  values.forEach((value, i) => {
    const tail = strings[i + 1] ?? ''
    if (value instanceof Sql) {
      parts[parts.length - 1] += value.parts[0] ?? ''
      for (let k = 0; k < value.values.length; k++) {
        parameters.push(value.values[k]!)
        parts.push(value.parts[k + 1] ?? '')
      }
      parts[parts.length - 1] += tail
    } else {
      parameters.push(parameterOf(value))
      parts.push(tail)
    }
  })
  return new Sql(parts, parameters)
}

/** Pieces with a separator between them; `empty` when there are none. */
export function joinSql(pieces: readonly Sql[], separator: Sql, empty: Sql = EMPTY): Sql {
  return pieces.reduce((left, right, i) => (i === 0 ? right : sql`${left}${separator}${right}`), empty)
}

/** All of them, in parentheses; `1` when there are none. */
export function andSql(pieces: readonly Sql[]): Sql {
  return pieces.length === 0 ? sql`1` : sql`(${joinSql(pieces, sql` AND `)})`
}

/** Any of them, in parentheses; `0` when there are none. */
export function orSql(pieces: readonly Sql[]): Sql {
  return pieces.length === 0 ? sql`0` : sql`(${joinSql(pieces, sql` OR `)})`
}

const EMPTY = new Sql([''], [])

/** SQL text with placeholders, and the parameters by name. */
export interface CompiledSql {
  readonly text: string
  readonly parameters: ReadonlyMap<string, Parameter>
}

/** Names the parameters p0, p1, … in order. */
export function compileSql(statement: Sql): CompiledSql {
  const parameters = new Map<string, Parameter>()
  let text = statement.parts[0] ?? ''
  statement.values.forEach((value, i) => {
    const name = `p${i}`
    parameters.set(name, value)
    text += `${value.open}{${name}:${value.type}}${value.close}${statement.parts[i + 1] ?? ''}`
  })
  return { text, parameters }
}
