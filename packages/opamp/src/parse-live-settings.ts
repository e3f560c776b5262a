import {
  LOG_LEVELS,
  SEVERITIES,
  type LiveSettings,
  type SamplingRule,
  type SamplingSettings,
  type TailSettings,
} from './live-settings.ts'

/** What could be read, and a sentence about each thing that could not. */
export interface ParsedLiveSettings {
  readonly settings: LiveSettings
  readonly problems: readonly string[]
}

type Json = Record<string, unknown>

const KINDS = ['internal', 'server', 'client', 'producer', 'consumer'] as const
const MAX_RULES = 200
const MAX_SWITCHES = 500
const MAX_TEXT = 500

/** Reads settings out of JSON text. */
export function parseLiveSettingsText(text: string): ParsedLiveSettings {
  try {
    return parseLiveSettings(JSON.parse(text))
  } catch {
    return { settings: {}, problems: ['the settings are not JSON'] }
  }
}

/** Reads settings out of a JSON value. Never throws; a part that is wrong is left out and named. */
export function parseLiveSettings(value: unknown): ParsedLiveSettings {
  const problems: string[] = []
  if (!isObject(value)) return { settings: {}, problems: ['the settings are not a JSON object'] }
  const read = new Reader('', value, problems)
  const sampling = read.object('sampling', readSampling)
  const settings: LiveSettings = {
    ...(sampling === undefined ? {} : { sampling }),
    ...read.choice('logLevel', LOG_LEVELS),
    ...read.choice('minSeverity', SEVERITIES),
    ...read.switches('instrumentations'),
    ...read.switches('rules'),
    ...read.flag('profile'),
  }
  read.end()
  return { settings, problems }
}

/** Reads the `sampling` part alone. */
export function parseSampling(value: unknown): { readonly settings: SamplingSettings; readonly problems: string[] } {
  const problems: string[] = []
  if (!isObject(value)) return { settings: {}, problems: ['sampling is not a JSON object'] }
  return { settings: readSampling(new Reader('sampling.', value, problems)), problems }
}

function readSampling(read: Reader): SamplingSettings {
  const rules = read.list('rules', MAX_RULES, readRule)
  const tail = read.value('tail') === false ? (false as const) : read.object('tail', readTail)
  read.seen('tail')
  const settings = {
    ...read.number('share', 0, 1),
    ...read.number('perSecond', 0, 1e9),
    ...(rules === undefined ? {} : { rules }),
    ...(tail === undefined ? {} : { tail }),
  }
  read.end()
  return settings
}

function readRule(read: Reader): SamplingRule | undefined {
  const attributes = read.object('attributes', (inner) => inner.texts())
  const rule = {
    ...read.text('name'),
    ...read.text('span'),
    ...read.choice('kind', KINDS),
    ...read.text('path'),
    ...read.text('route'),
    ...(attributes === undefined ? {} : { attributes }),
    ...read.number('share', 0, 1),
  }
  read.end()
  if ('share' in rule) return rule as SamplingRule
  read.problem('share', 'is needed: 0 to 1')
  return undefined
}

function readTail(read: Reader): TailSettings {
  const settings = {
    ...read.number('slowMs', 0, 1e9),
    ...read.flag('errors'),
    ...read.number('rarePerMinute', 0, 1e6),
    ...read.number('perSecond', 0, 1e9),
    ...read.number('maxBytes', 65_536, 2 ** 31),
  }
  read.end()
  return settings
}

/** Reads the properties of one JSON object, notes what is wrong and what nobody has asked for. */
class Reader {
  readonly #path: string
  readonly #json: Json
  readonly #problems: string[]
  readonly #seen = new Set<string>()

  constructor(path: string, json: Json, problems: string[]) {
    this.#path = path
    this.#json = json
    this.#problems = problems
  }

  value(key: string): unknown {
    return Object.hasOwn(this.#json, key) ? this.#json[key] : undefined
  }

  seen(key: string): void {
    this.#seen.add(key)
  }

  problem(key: string, text: string): void {
    this.#problems.push(`${this.#path}${key} ${text}`)
  }

  number<K extends string>(key: K, min: number, max: number): { [P in K]?: number } {
    const value = this.#take(key)
    if (value === undefined) return {}
    if (typeof value === 'number' && value >= min && value <= max) return { [key]: value } as { [P in K]?: number }
    this.problem(key, `is not a number from ${min} to ${max}`)
    return {}
  }

  flag<K extends string>(key: K): { [P in K]?: boolean } {
    const value = this.#take(key)
    if (value === undefined) return {}
    if (typeof value === 'boolean') return { [key]: value } as { [P in K]?: boolean }
    this.problem(key, 'is not true or false')
    return {}
  }

  text<K extends string>(key: K): { [P in K]?: string } {
    const value = this.#take(key)
    if (value === undefined) return {}
    if (typeof value === 'string' && value.length <= MAX_TEXT) return { [key]: value } as { [P in K]?: string }
    this.problem(key, `is not a text of up to ${MAX_TEXT} characters`)
    return {}
  }

  choice<K extends string, V extends string>(key: K, values: readonly V[]): { [P in K]?: V } {
    const value = this.#take(key)
    if (value === undefined) return {}
    const found = values.find((each) => each === value)
    if (found !== undefined) return { [key]: found } as { [P in K]?: V }
    this.problem(key, `is not one of ${values.join(', ')}`)
    return {}
  }

  switches<K extends string>(key: K): { [P in K]?: Record<string, boolean> } {
    const value = this.#take(key)
    if (value === undefined) return {}
    const entries = isObject(value) ? Object.entries(value) : []
    if (isObject(value) && entries.length <= MAX_SWITCHES && entries.every(([, on]) => typeof on === 'boolean')) {
      return { [key]: Object.fromEntries(entries) } as { [P in K]?: Record<string, boolean> }
    }
    this.problem(key, `is not an object of up to ${MAX_SWITCHES} names with true or false`)
    return {}
  }

  /** All properties of this object, which must be texts. */
  texts(): Record<string, string> {
    const found: Record<string, string> = {}
    for (const key of Object.keys(this.#json)) {
      const text = this.text(key)[key]
      if (text !== undefined) found[key] = text
    }
    return found
  }

  object<T>(key: string, read: (inner: Reader) => T): T | undefined {
    const value = this.#take(key)
    if (value === undefined || value === false) return undefined
    if (isObject(value)) return read(new Reader(`${this.#path}${key}.`, value, this.#problems))
    this.problem(key, 'is not an object')
    return undefined
  }

  list<T>(key: string, max: number, read: (inner: Reader) => T | undefined): T[] | undefined {
    const value = this.#take(key)
    if (value === undefined) return undefined
    if (!Array.isArray(value) || value.length > max) {
      this.problem(key, `is not a list of up to ${max}`)
      return undefined
    }
    const items: T[] = []
    for (const [index, each] of value.entries()) {
      if (!isObject(each)) this.problem(`${key}[${index}]`, 'is not an object')
      else {
        const item = read(new Reader(`${this.#path}${key}[${index}].`, each, this.#problems))
        if (item !== undefined) items.push(item)
      }
    }
    return items
  }

  /** Names what is there and means nothing. */
  end(): void {
    for (const key of Object.keys(this.#json)) if (!this.#seen.has(key)) this.problem(key, 'is unknown')
  }

  #take(key: string): unknown {
    this.#seen.add(key)
    const value = this.value(key)
    return value === null ? undefined : value
  }
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
