import { useEffect, useMemo } from 'react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { callEndpoint } from '@clew/contract/client'
import { getTrace } from '@clew/contract/traces'
import { buildTraceModel, type TraceModel, type TraceWindow } from '../../model/trace-model.ts'

/** The first window is small, so that something shows soon; the others are large, so that the rest comes soon. */
const FIRST_WINDOW_SPANS = 10_000
const NEXT_WINDOW_SPANS = 45_000

export interface TraceAnswer {
  /** The newest window: its totals are the trace's. */
  readonly head: TraceWindow | undefined
  readonly model: TraceModel | undefined
  readonly complete: boolean
  readonly error: unknown
  readonly refetch: () => void
}

/** Loads a trace window by window until it is whole; what has arrived is shown at once. */
export function useTrace(traceId: string): TraceAnswer {
  const pages = useInfiniteQuery({
    queryKey: [getTrace.id, traceId],
    queryFn: ({ signal, pageParam }) =>
      callEndpoint(
        getTrace,
        { traceId, offset: pageParam, limit: pageParam === 0 ? FIRST_WINDOW_SPANS : NEXT_WINDOW_SPANS },
        { abort: signal },
      ),
    initialPageParam: 0,
    getNextPageParam: ({ spans, spanCount }) => {
      const next = spans.offset + spans.spanId.length
      return spans.spanId.length > 0 && next < spanCount ? next : undefined
    },
  })
  const { hasNextPage, isFetching, isError, fetchNextPage } = pages
  useEffect(() => {
    if (hasNextPage && !isFetching && !isError) void fetchNextPage()
  }, [hasNextPage, isFetching, isError, fetchNextPage])
  const windows = pages.data?.pages
  const model = useMemo(() => (windows === undefined ? undefined : buildTraceModel(windows)), [windows])
  return {
    head: windows?.at(-1),
    model,
    complete: model !== undefined && model.loaded >= model.spanCount,
    error: pages.error,
    refetch: () => void pages.refetch(),
  }
}
