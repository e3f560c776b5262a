import { numberFrom } from '../settings.ts'

type Env = Readonly<Record<string, string | undefined>>

/** What is profiled: time on the processor and on the clock, or memory that is in use. */
export type ProfileKind = 'wall' | 'heap'

/** How profiles are taken, and where they go. */
export interface ProfileSettings {
  /** From the start of the process for so long; 0: not before somebody switches them on; Infinity: for good. */
  readonly forMs: number
  readonly kinds: readonly ProfileKind[]
  /** Milliseconds that one request or file is about. */
  readonly intervalMs: number
  readonly samplesPerSecond: number
  /** Bytes that are allocated between two samples of the heap, on average. */
  readonly heapSampleBytes: number
  /** A folder for files; undefined: none are written. */
  readonly folder: string | undefined
  /** The size of that folder, at most. */
  readonly folderBytes: number
  /** What of it cannot be used, as sentences. */
  readonly problems: readonly string[]
}

const INTERVAL_MS = 60_000
const LEAST_INTERVAL_MS = 100
/** Not a divisor of anything that programs do by the clock. */
const SAMPLES_PER_SECOND = 99
const MAX_SAMPLES_PER_SECOND = 1000
const HEAP_SAMPLE_BYTES = 512 * 1024
const FOLDER_BYTES = 256 * 1024 * 1024

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, '': 60_000 }
const KINDS: readonly ProfileKind[] = ['wall', 'heap']

/** Reads CLEW_PROFILES and CLEW_PROFILES_*. Never throws: what is wrong is said and the default holds. */
export function profileSettingsFrom(env: Env): ProfileSettings {
  const problems: string[] = []
  const samplesPerSecond = numberFrom(env, 'CLEW_PROFILES_HZ', SAMPLES_PER_SECOND)
  return {
    forMs: durationFrom(env['CLEW_PROFILES']?.trim().toLowerCase() ?? '', problems),
    kinds: kindsFrom(env['CLEW_PROFILES_KINDS'] ?? '', problems),
    intervalMs: Math.max(LEAST_INTERVAL_MS, numberFrom(env, 'CLEW_PROFILES_INTERVAL', INTERVAL_MS)),
    samplesPerSecond: Math.min(MAX_SAMPLES_PER_SECOND, Math.max(1, samplesPerSecond)),
    heapSampleBytes: Math.max(1024, numberFrom(env, 'CLEW_PROFILES_HEAP_BYTES', HEAP_SAMPLE_BYTES)),
    folder: env['CLEW_PROFILES_DIR']?.trim() || undefined,
    folderBytes: numberFrom(env, 'CLEW_PROFILES_DIR_BYTES', FOLDER_BYTES),
    problems,
  }
}

/** `on`, `off`, or for how long: `10m`, `90s`; a number alone is minutes. */
function durationFrom(text: string, problems: string[]): number {
  if (/^(|off|false|no|0)$/.test(text)) return 0
  if (/^(on|true|yes)$/.test(text)) return Number.POSITIVE_INFINITY
  const [, amount, unit = ''] = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h|)$/.exec(text) ?? []
  if (amount !== undefined) return Number(amount) * UNIT_MS[unit]!
  problems.push(`CLEW_PROFILES=${text} is neither on, off nor a time such as 10m: no profiles are taken`)
  return 0
}

function kindsFrom(text: string, problems: string[]): readonly ProfileKind[] {
  const names = text.split(',').map((name) => name.trim().toLowerCase())
  const wanted = names.filter((name) => name !== '')
  const unknown = wanted.filter((name) => !KINDS.some((kind) => kind === name))
  if (unknown.length > 0)
    problems.push(`CLEW_PROFILES_KINDS: ${unknown.join(', ')} is unknown; there are wall and heap`)
  const known = KINDS.filter((kind) => wanted.includes(kind))
  return known.length === 0 ? KINDS : known
}
