import { create } from 'zustand'
import type { TimeWindow } from '../../canvas/time-window.ts'

/** What the views of one trace share and the address bar does not hold. */
export interface TraceViewState {
  readonly traceId: string
  readonly collapsed: ReadonlySet<number>
  /** Row under the keyboard cursor; -1 for none. */
  readonly cursor: number
  /** Row under the pointer, in any view; -1 for none. */
  readonly hover: number
  /** Service that stands out while the others are dimmed; -1 for none. */
  readonly service: number
  readonly showCriticalPath: boolean
  /** Part of the trace on the screen, nanoseconds after its start; undefined for all. */
  readonly window: TimeWindow | undefined
  readonly labelWidth: number
}

const START: Omit<TraceViewState, 'traceId' | 'labelWidth' | 'showCriticalPath'> = {
  collapsed: new Set(),
  cursor: -1,
  hover: -1,
  service: -1,
  window: undefined,
}

export const useTraceView = create<TraceViewState>()(() => ({
  traceId: '',
  labelWidth: 340,
  showCriticalPath: true,
  ...START,
}))

/** Forgets another trace's state. */
export function openTraceView(traceId: string, window: TimeWindow | undefined): void {
  if (useTraceView.getState().traceId !== traceId) useTraceView.setState({ ...START, traceId, window })
}

/** Folds a row's subtree, or unfolds it. */
export function toggleRow(row: number, fold?: boolean): void {
  useTraceView.setState(({ collapsed }) => {
    const next = new Set(collapsed)
    if (fold ?? !next.has(row)) next.add(row)
    else next.delete(row)
    return { collapsed: next }
  })
}

/** Unfolds whatever hides a row. */
export function revealRow(ancestors: readonly number[]): void {
  useTraceView.setState(({ collapsed }) => {
    if (!ancestors.some((row) => collapsed.has(row))) return {}
    const next = new Set(collapsed)
    for (const row of ancestors) next.delete(row)
    return { collapsed: next }
  })
}
