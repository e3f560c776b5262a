import type { Pipeline } from '@clew/contract/pipeline'

export const SIGNALS = ['traces', 'logs', 'metrics'] as const
export type Signal = (typeof SIGNALS)[number]
export type Totals = Pipeline['totals']
export type Term = keyof Totals

/** What came in, and what became of it, in the order of the equation. */
export const INCOMING: readonly Term[] = ['received', 'added']
export const OUTGOING: readonly Term[] = ['stored', 'forwarded', 'dropped', 'refused', 'queued', 'inProgress']

const LABELS: Readonly<Record<Term, string>> = {
  received: 'received',
  added: 'copied',
  stored: 'stored',
  forwarded: 'forwarded',
  dropped: 'dropped',
  refused: 'refused',
  queued: 'queued',
  inProgress: 'in progress',
}

/** The name of a term for people. */
export function termLabel(term: Term): string {
  return LABELS[term]
}

/** The books of one signal: terms that are not zero, and what does not add up (which must be zero). */
export interface Balance {
  readonly incoming: readonly { readonly term: Term; readonly count: number }[]
  readonly outgoing: readonly { readonly term: Term; readonly count: number }[]
  /** Positive: came in and cannot be accounted for. Negative: accounted for twice. */
  readonly unaccounted: number
}

/** Puts the totals of a signal (or of all) into the equation. `received` and `stored` are shown even when zero. */
export function balanceOf(totals: Totals, signal: Signal | 'all'): Balance {
  const count = (term: Term): number =>
    signal === 'all' ? SIGNALS.reduce((sum, one) => sum + totals[term][one], 0) : totals[term][signal]
  const side = (terms: readonly Term[]): Balance['incoming'] =>
    terms
      .map((term) => ({ term, count: count(term) }))
      .filter(({ term, count }) => count !== 0 || term === 'received' || term === 'stored')
  const sum = (terms: readonly Term[]): number => terms.reduce((total, term) => total + count(term), 0)
  return { incoming: side(INCOMING), outgoing: side(OUTGOING), unaccounted: sum(INCOMING) - sum(OUTGOING) }
}
