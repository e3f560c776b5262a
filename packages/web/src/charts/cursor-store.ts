import { create } from 'zustand'

/** Where people point at, in unix milliseconds, shared by all charts of the page. */
interface ChartCursorState {
  readonly timeMs: number | null
  point: (timeMs: number | null) => void
}

/** One cursor for all charts: pointing at one of them marks the same time in the others. */
export const useChartCursor = create<ChartCursorState>()((set) => ({
  timeMs: null,
  point: (timeMs) => set({ timeMs }),
}))
