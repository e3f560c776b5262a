/** Round steps for durations: 1, 2, 5 times a power of ten below a minute, then what clocks use. */
const LONG_STEPS_NANOS: readonly number[] = [
  60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800,
].map((seconds) => seconds * 1e9)

/** The smallest round step that leaves at most `maxTicks` in `spanNanos`. */
export function tickStepNanos(spanNanos: number, maxTicks: number): number {
  const rough = spanNanos / Math.max(1, maxTicks)
  if (!(rough > 0)) return 1
  if (rough > 50e9) return LONG_STEPS_NANOS.find((step) => step >= rough) ?? Math.ceil(rough / 86_400e9) * 86_400e9
  const power = 10 ** Math.floor(Math.log10(rough))
  const factor = rough / power
  const step = (factor <= 1 ? 1 : factor <= 2 ? 2 : factor <= 5 ? 5 : 10) * power
  return step === 50e9 || step === 100e9 ? 60e9 : Math.max(1, step)
}

/** Multiples of a round step inside start..end, at most `maxTicks` + 1 of them. */
export function ticks(start: number, end: number, maxTicks: number): number[] {
  const step = tickStepNanos(end - start, maxTicks)
  const found: number[] = []
  for (let at = Math.ceil(start / step) * step; at <= end; at += step) found.push(at)
  return found
}

/** Powers of ten inside low..high. */
export function decades(low: number, high: number): number[] {
  const found: number[] = []
  for (let power = Math.ceil(Math.log10(low) - 1e-9); 10 ** power <= high * 1.000001; power++) found.push(10 ** power)
  return found
}

/** Decades inside low..high, with 2 and 5 between them when there are fewer than three. */
export function logTicks(low: number, high: number): number[] {
  const powers = decades(low, high)
  if (powers.length >= 3) return powers
  const from = 10 ** Math.floor(Math.log10(low))
  return decades(from, high)
    .flatMap((power) => [power, power * 2, power * 5])
    .filter((tick) => tick >= low && tick <= high)
}
