/** One kind of thing counted per bucket, bottom of the stack first. */
export interface HistogramSeries {
  readonly key: string
  readonly label: string
  /** Name of a colour token, for example `--severity-error`. */
  readonly colorToken: string
  readonly counts: readonly number[]
}

/** A rectangle in CSS pixels; `series` indexes the series given. */
export interface HistogramBar {
  readonly bucket: number
  readonly series: number
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** Sum over all series, a bucket. */
export function bucketTotals(series: readonly HistogramSeries[], buckets: number): number[] {
  const totals = Array.from({ length: buckets }, () => 0)
  for (const one of series) {
    for (let bucket = 0; bucket < buckets; bucket++) totals[bucket] = (totals[bucket] ?? 0) + (one.counts[bucket] ?? 0)
  }
  return totals
}

const CEILINGS = [1, 1.5, 2, 3, 4, 5, 6, 8]

/** The smallest round number that is not below the value: a scale top that reads well. */
export function niceCeiling(value: number): number {
  if (value <= 0) return 1
  const power = 10 ** Math.floor(Math.log10(value))
  for (const factor of CEILINGS) if (value <= factor * power) return factor * power
  return 10 * power
}

/**
 * Stacked bars. A count that is not zero is at least one pixel high: an error among a million lines must be seen; the
 * pixel is taken from the largest bar of its stack, so that stacks never leave the box.
 */
export function histogramBars(
  series: readonly HistogramSeries[],
  buckets: number,
  width: number,
  height: number,
): HistogramBar[] {
  const top = niceCeiling(Math.max(0, ...bucketTotals(series, buckets)))
  const slot = width / Math.max(1, buckets)
  const gap = slot >= 4 ? 1 : 0
  const bars: HistogramBar[] = []
  for (let bucket = 0; bucket < buckets; bucket++) {
    const heights = series.map(({ counts }) => ((counts[bucket] ?? 0) / top) * height)
    let borrowed = 0
    heights.forEach((value, index) => {
      if (value <= 0 || value >= 1) return
      heights[index] = 1
      borrowed += 1 - value
    })
    const largest = heights.indexOf(Math.max(...heights))
    if (borrowed > 0 && (heights[largest] ?? 0) - borrowed >= 1) heights[largest] = (heights[largest] ?? 0) - borrowed
    let y = height
    heights.forEach((value, index) => {
      if (value <= 0) return
      y = Math.max(0, y - value)
      bars.push({ bucket, series: index, x: bucket * slot, y, width: Math.max(1, slot - gap), height: value })
    })
  }
  return bars
}
