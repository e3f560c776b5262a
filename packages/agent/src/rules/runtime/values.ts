import type { AttributesSpec, PathSpec, RedactSpec, TemplateSpec, ValueSpec } from './point-spec.ts'

/** What values are read from: the slots of the entry, and the end as far as it is known. */
export interface ValueSource {
  slots: readonly unknown[]
  result: unknown
  error: unknown
  durationMs: number
}

const MAX_TEXT = 4096
const MAX_DEPTH = 4
const MAX_WIDTH = 64

/** What a value stands for; undefined where its path leads nowhere. */
export function resolveValue(spec: ValueSpec, source: ValueSource): unknown {
  return typeof spec === 'object' ? resolvePath(spec, source) : spec
}

/** Follows a path; stops at the first thing that is not there. */
export function resolvePath({ from, path }: PathSpec, source: ValueSource): unknown {
  let value = typeof from === 'number' ? source.slots[from] : source[from]
  for (const key of path) {
    if (value === undefined || value === null) return undefined
    if (value instanceof Map && !(key in value)) value = value.get(key)
    else value = (value as Record<string | number, unknown>)[key]
  }
  return value
}

/** Attributes as the API takes them; what is undefined is left out. */
export function resolveAttributes(
  specs: AttributesSpec,
  source: ValueSource,
  redact: readonly RedactSpec[],
): Record<string, unknown> {
  const attributes: Record<string, unknown> = {}
  for (const key of Object.keys(specs)) {
    const value = attributeValue(resolveValue(specs[key] as ValueSpec, source), key, redact)
    if (value !== undefined) attributes[key] = value
  }
  return attributes
}

/** The parts as one text. */
export function resolveTemplate(template: TemplateSpec, source: ValueSource, redact: readonly RedactSpec[]): string {
  let text = ''
  for (const part of template) {
    if (typeof part !== 'object') text += String(part)
    else text += printed(attributeValue(resolvePath(part, source), String(part.path.at(-1) ?? ''), redact))
  }
  return text
}

function printed(value: unknown): string {
  if (typeof value === 'string') return value
  return value === undefined ? '' : JSON.stringify(value)
}

/** Text, number, boolean or a list of them as they are; anything else as JSON, cut at 4096 characters. */
export function attributeValue(value: unknown, key: string, redact: readonly RedactSpec[]): unknown {
  const replacement = redactionOf(key, redact)
  if (replacement !== undefined) return value === undefined ? undefined : replacement
  if (value === undefined || value === null) return undefined
  if (typeof value === 'string') return value.length > MAX_TEXT ? value.slice(0, MAX_TEXT) : value
  if (typeof value === 'number' || typeof value === 'boolean') return value
  if (typeof value === 'bigint' || typeof value === 'symbol') return String(value)
  if (typeof value === 'function') return value.name
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString()
  if (value instanceof Error) return `${value.name}: ${value.message}`.slice(0, MAX_TEXT)
  if (Array.isArray(value) && isPlainList(value)) return value.slice(0, 128)
  return JSON.stringify(masked(value, redact, 0))?.slice(0, MAX_TEXT)
}

function isPlainList(value: readonly unknown[]): boolean {
  const type = typeof value[0]
  return type !== 'object' && type !== 'undefined' && value.every((item) => typeof item === type)
}

/** A copy that is safe to print: bounded in depth and width, with the values of redacted properties replaced. */
function masked(value: unknown, redact: readonly RedactSpec[], depth: number): unknown {
  if (typeof value === 'bigint') return String(value)
  if (typeof value !== 'object' || value === null) return value
  if (depth >= MAX_DEPTH) return Array.isArray(value) ? '[…]' : '{…}'
  if (Array.isArray(value)) return value.slice(0, MAX_WIDTH).map((item) => masked(item, redact, depth + 1))
  const copy: Record<string, unknown> = {}
  for (const [key, item] of value instanceof Map ? entriesOfMap(value) : entriesOf(value)) {
    copy[key] = redactionOf(key, redact) ?? masked(item, redact, depth + 1)
  }
  return copy
}

function entriesOfMap(map: ReadonlyMap<unknown, unknown>): [string, unknown][] {
  const entries: [string, unknown][] = []
  for (const [key, item] of map) {
    if (entries.length === MAX_WIDTH) break
    entries.push([typeof key === 'string' || typeof key === 'number' ? String(key) : '{…}', item])
  }
  return entries
}

/** Own values; getters are code of the program, which nobody has asked to run. */
function entriesOf(value: object): [string, unknown][] {
  const entries: [string, unknown][] = []
  for (const key of Object.keys(value).slice(0, MAX_WIDTH)) {
    const descriptor = Object.getOwnPropertyDescriptor(value, key)
    if (descriptor !== undefined && 'value' in descriptor) entries.push([key, descriptor.value])
  }
  return entries
}

/** What stands for the value of a key; undefined when the value may be seen. */
export function redactionOf(key: string, redact: readonly RedactSpec[]): string | undefined {
  for (const { keys, replacement } of redact) if (keys.some((pattern) => matchesKey(key, pattern))) return replacement
  return undefined
}

/** `*` stands for any text; upper and lower case are the same. */
function matchesKey(key: string, pattern: string): boolean {
  const parts = pattern.toLowerCase().split('*')
  const text = key.toLowerCase()
  const [first = '', ...rest] = parts
  if (rest.length === 0) return text === first
  const last = rest.pop() ?? ''
  if (!text.startsWith(first)) return false
  let at = first.length
  for (const part of rest) {
    const found = text.indexOf(part, at)
    if (found < 0) return false
    at = found + part.length
  }
  return text.length - last.length >= at && text.endsWith(last)
}
