const NANOS_PER_DAY = 86_400_000_000_000
const MILLIS_PER_DAY = 86_400_000

/** Nanoseconds given in halves, as a (rounded) number. */
export function nanosNumber(low: number, high: number): number {
  return high * 0x1_0000_0000 + low
}

/** UTC day number of a wall time. */
export function dayOfMillis(unixMillis: number): number {
  return Math.floor(unixMillis / MILLIS_PER_DAY)
}

/**
 * The partition day of a row: the day of its time, but at most one day away from the day it arrived. Depends on the
 * segment only, so that a replay after a crash comes to the same partitions.
 */
export function partitionDay(nanos: number, arrivalDay: number): number {
  const day = Math.floor(nanos / NANOS_PER_DAY)
  return day < arrivalDay - 1 ? arrivalDay - 1 : day > arrivalDay + 1 ? arrivalDay + 1 : day
}
