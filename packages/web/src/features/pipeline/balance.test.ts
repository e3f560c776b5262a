import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { INCOMING, OUTGOING, type Totals, balanceOf, termLabel } from './balance.ts'

const zero = { traces: 0, logs: 0, metrics: 0 }
const totals = (change: Partial<Totals>): Totals => ({
  received: zero,
  added: zero,
  stored: zero,
  forwarded: zero,
  dropped: zero,
  refused: zero,
  queued: zero,
  inProgress: zero,
  ...change,
})

test('shows what is there, and always received and stored', () => {
  const balance = balanceOf(
    totals({
      received: { traces: 10, logs: 5, metrics: 0 },
      stored: { traces: 7, logs: 5, metrics: 0 },
      dropped: { traces: 3, logs: 0, metrics: 0 },
    }),
    'traces',
  )
  expect(balance.incoming).toEqual([{ term: 'received', count: 10 }])
  expect(balance.outgoing.map(({ term, count }) => `${termLabel(term)} ${count}`)).toEqual(['stored 7', 'dropped 3'])
  expect(balance.unaccounted).toBe(0)
  expect(balanceOf(totals({}), 'logs').outgoing).toEqual([{ term: 'stored', count: 0 }])
})

test('what is missing or doubled is not hidden', () => {
  expect(balanceOf(totals({ received: { traces: 10, logs: 1, metrics: 0 } }), 'all').unaccounted).toBe(11)
  expect(balanceOf(totals({ stored: { traces: 2, logs: 0, metrics: 0 } }), 'traces').unaccounted).toBe(-2)
})

test('the shown terms and the rest always add up', () => {
  const counts = fc.record({ traces: fc.nat(), logs: fc.nat(), metrics: fc.nat() })
  const terms = [...INCOMING, ...OUTGOING]
  fc.assert(
    fc.property(fc.array(counts, { minLength: terms.length, maxLength: terms.length }), (random) => {
      const balance = balanceOf(totals(Object.fromEntries(terms.map((term, index) => [term, random[index]]))), 'all')
      const sum = (terms: readonly { count: number }[]): number => terms.reduce((total, { count }) => total + count, 0)
      expect(sum(balance.incoming)).toBe(sum(balance.outgoing) + balance.unaccounted)
    }),
  )
})
