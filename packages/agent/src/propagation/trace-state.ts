import type { TraceState } from '@opentelemetry/api'
import { trimBlanks } from './carrier.ts'

const MAX_MEMBERS = 32
const LONG_MEMBER_CHARS = 128
const KEY = /^[a-z0-9][a-z0-9_\-*/@]{0,255}$/
const VALUE = /^[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]$/

/** The longest `tracestate` that is passed on: a quarter of what servers commonly accept for all headers. */
export const MAX_TRACE_STATE_CHARS = 2048

/**
 * The `tracestate` list of W3C Trace Context level 2. Also knows whether the trace id is random, which belongs to
 * `traceparent`: a list goes from parent to child in every tracer, that flag does not.
 */
export class TraceStateList implements TraceState {
  readonly randomTraceId: boolean
  readonly #members: ReadonlyMap<string, string>

  private constructor(members: ReadonlyMap<string, string>, randomTraceId: boolean) {
    this.#members = members
    this.randomTraceId = randomTraceId
  }

  /**
   * Reads a header. A list with a malformed member or more than 32 of them counts as empty. Of members with the same key
   * the first stays. Too long a list loses members of over 128 characters, then its last ones.
   */
  static parse(header: string, randomTraceId = false): TraceStateList {
    return new TraceStateList(shortened(parseMembers(header)), randomTraceId)
  }

  get(key: string): string | undefined {
    return this.#members.get(key)
  }

  /** With the entry at the front, the last ones pushed out; the same list when key or value are malformed. */
  set(key: string, value: string): TraceStateList {
    if (!KEY.test(key) || !VALUE.test(value)) return this
    const members = new Map([[key, value]])
    for (const [other, kept] of this.#members) {
      if (other !== key && members.size < MAX_MEMBERS) members.set(other, kept)
    }
    return new TraceStateList(shortened(members), this.randomTraceId)
  }

  unset(key: string): TraceStateList {
    if (!this.#members.has(key)) return this
    const members = new Map(this.#members)
    members.delete(key)
    return new TraceStateList(members, this.randomTraceId)
  }

  serialize(): string {
    let text = ''
    for (const [key, value] of this.#members) text += `${text === '' ? '' : ','}${key}=${value}`
    return text
  }
}

function parseMembers(header: string): Map<string, string> {
  const members = new Map<string, string>()
  let count = 0
  for (const part of header.split(',')) {
    // Blanks before a key mean nothing; those after `=` belong to the value, those at its end do not.
    const member = trimBlanks(part)
    if (member === '') continue
    const equals = member.indexOf('=')
    const key = member.slice(0, equals)
    const value = member.slice(equals + 1)
    if (equals < 1 || ++count > MAX_MEMBERS || !KEY.test(key) || !VALUE.test(value)) return new Map()
    if (!members.has(key)) members.set(key, value)
  }
  return members
}

function shortened(members: Map<string, string>): Map<string, string> {
  let chars = -1
  for (const [key, value] of members) chars += key.length + value.length + 2
  if (chars <= MAX_TRACE_STATE_CHARS) return members
  const fromTheEnd = [...members].reverse()
  const isLong = ([key, value]: [string, string]): boolean => key.length + value.length + 1 > LONG_MEMBER_CHARS
  const removal = [...fromTheEnd.filter(isLong), ...fromTheEnd.filter((member) => !isLong(member))]
  for (const [key, value] of removal) {
    if (chars <= MAX_TRACE_STATE_CHARS) break
    members.delete(key)
    chars -= key.length + value.length + 2
  }
  return members
}
