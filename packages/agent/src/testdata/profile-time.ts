import type { OracleProfile, OracleSample } from '@clew/testkit/profiles-oracle'

/** What a line of burning-program.mjs says about a place where it burns. */
export interface BurningPlace {
  readonly where: string
  readonly traceId: string
  readonly spanId: string
  readonly sampled: boolean
}

/** The places it has said, by name. */
export function placesOf(stdout: string): ReadonlyMap<string, BurningPlace> {
  const lines = stdout.split('\n').filter((line) => line.startsWith('{'))
  return new Map(lines.map((line) => [placeIn(line).where, placeIn(line)] as const))
}

function placeIn(line: string): BurningPlace {
  return JSON.parse(line) as BurningPlace
}

/** The samples in which a function is on the stack, of all profiles of a type. */
export function samplesIn(profiles: readonly OracleProfile[], type: string, functionName: string): OracleSample[] {
  return profiles
    .filter((profile) => profile.type === type)
    .flatMap((profile) => profile.samples)
    .filter(({ frames }) => frames.some(({ name }) => name === functionName))
}

/** The part of a function's time that was spent in a span. */
export function shareInSpan(samples: readonly OracleSample[], spanId: string | undefined): number {
  const total = (some: readonly OracleSample[]): number => some.reduce((sum, { values: [value = 0] }) => sum + value, 0)
  return total(samples.filter((sample) => sample.spanId === spanId)) / total(samples)
}
