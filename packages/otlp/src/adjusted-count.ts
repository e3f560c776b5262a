const TWO_POW_56 = 1n << 56n

let lastState = ''
let lastCount: number | undefined

/**
 * How many spans a sampled span stands for, from the threshold in its W3C tracestate (`ot=th:c` -> 4), or undefined when
 * the tracestate has no valid threshold: then nobody knows, and it must be counted as 1.
 * OpenTelemetry, TraceState: probability sampling.
 */
export function adjustedCount(traceState: string): number | undefined {
  // Neighbouring spans nearly always have the same tracestate.
  if (traceState === lastState) return lastCount
  const threshold = samplingThreshold(traceState)
  lastState = traceState
  lastCount = threshold === undefined ? undefined : Number(TWO_POW_56) / Number(TWO_POW_56 - threshold)
  return lastCount
}

/** The rejection threshold (0 to 2^56 - 1) of `th` in the `ot` member of a tracestate; undefined when absent or invalid. */
export function samplingThreshold(traceState: string): bigint | undefined {
  if (!traceState.includes('th:')) return undefined
  for (const member of traceState.split(',')) {
    const trimmed = member.trim()
    if (!trimmed.startsWith('ot=')) continue
    for (const part of trimmed.slice(3).split(';')) {
      if (!part.startsWith('th:')) continue
      const digits = part.slice(3)
      return /^[0-9a-f]{1,14}$/.test(digits) ? BigInt(`0x${digits.padEnd(14, '0')}`) : undefined
    }
  }
  return undefined
}
