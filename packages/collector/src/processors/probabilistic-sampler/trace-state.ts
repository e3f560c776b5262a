import { formatThreshold } from './threshold.ts'

/** Longest value of the `ot` member. */
const MAX_OT_CHARS = 256

/** What the `ot` member of a W3C tracestate says about sampling. */
export interface SamplingState {
  /** Explicit randomness `rv`. */
  readonly randomness: bigint | undefined
}

/** Reads `rv`. */
export function readSamplingState(traceState: string): SamplingState {
  const rv = otFields(traceState)
    .find((field) => field.startsWith('rv:'))
    ?.slice(3)
  return { randomness: rv !== undefined && /^[0-9a-f]{14}$/.test(rv) ? BigInt(`0x${rv}`) : undefined }
}

/** The tracestate with `th` set, or removed when undefined. The `ot` member moves to the front, as W3C wants it. */
export function withThreshold(traceState: string, threshold: bigint | undefined): string {
  const fields = otFields(traceState).filter((field) => !field.startsWith('th:'))
  if (threshold !== undefined) fields.unshift(`th:${formatThreshold(threshold)}`)
  let ot = fields.join(';')
  // `th` and `rv` matter for counting; foreign fields go first when there is no room.
  while (ot.length > MAX_OT_CHARS) ot = ot.slice(0, ot.lastIndexOf(';'))
  const others = members(traceState).filter((member) => !member.startsWith('ot='))
  return [...(ot === '' ? [] : [`ot=${ot}`]), ...others].join(',')
}

function members(traceState: string): string[] {
  return traceState
    .split(',')
    .map((member) => member.trim())
    .filter((member) => member !== '')
}

function otFields(traceState: string): string[] {
  const ot = members(traceState).find((member) => member.startsWith('ot='))
  return ot === undefined
    ? []
    : ot
        .slice(3)
        .split(';')
        .filter((field) => field !== '')
}
