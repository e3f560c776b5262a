import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LatencyHistogram } from './latency-histogram.ts'

describe('LatencyHistogram', () => {
  it('is empty at first', () => {
    expect(new LatencyHistogram().quantileMs(0.99)).toBe(0)
  })
  it('gives quantiles within three percent', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.01, max: 100_000, noNaN: true }), { minLength: 1, maxLength: 200 }),
        fc.constantFrom(0.5, 0.9, 0.99, 1),
        (latencies, share) => {
          const histogram = new LatencyHistogram()
          for (const latency of latencies) histogram.record(latency)
          const sorted = latencies.toSorted((a, b) => a - b)
          const exact = sorted[Math.ceil(share * sorted.length) - 1] as number
          expect(histogram.quantileMs(share)).toBeGreaterThanOrEqual(exact * 0.999)
          expect(histogram.quantileMs(share)).toBeLessThanOrEqual(exact * 1.03)
        },
      ),
    )
  })
})
