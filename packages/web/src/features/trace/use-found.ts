import { useMemo } from 'react'
import { searchTraceSpans } from '@clew/contract/traces'
import { useEndpoint } from '../../api/use-endpoint.ts'
import type { FindState } from './find-bar.tsx'
import type { TraceScene } from './trace-scene.ts'
import { useTraceView } from './trace-view.ts'

const NO_ROWS: readonly number[] = []

/** Rows that match the search inside the trace. */
export function useFound(
  scene: TraceScene,
  find: string,
): { rows: readonly number[]; set: ReadonlySet<number>; state: FindState } {
  const { model } = scene
  const answer = useEndpoint(
    searchTraceSpans,
    { traceId: model.traceId, q: find === '' ? '*' : find },
    { enabled: find !== '' },
  )
  const spanIds = find === '' ? undefined : answer.data?.spanIds
  const rows = useMemo(() => {
    if (spanIds === undefined) return NO_ROWS
    const wanted = new Set(spanIds)
    const found: number[] = []
    for (let row = 0; row < model.loaded; row++) if (wanted.has(model.spanId[row] as string)) found.push(row)
    return found
  }, [model, spanIds])
  const set = useMemo(() => new Set(rows), [rows])
  const cursor = useTraceView((state) => state.cursor)
  const problem =
    answer.error === null || find === '' ? undefined : answer.error instanceof Error ? answer.error.message : 'failed'
  return {
    rows,
    set,
    state: { count: rows.length, current: rows.indexOf(cursor) + 1, busy: answer.loading || answer.busy, problem },
  }
}
