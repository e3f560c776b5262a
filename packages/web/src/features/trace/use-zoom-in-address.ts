import { useEffect } from 'react'
import { useTraceView } from './trace-view.ts'
import { writeZoom, type TraceUrl } from './url.ts'

const SETTLE_MS = 300

/** The part of the trace on the screen goes into the address when it has stood still for a moment. */
export function useZoomInAddress(
  total: number,
  url: TraceUrl,
  setUrl: (patch: Partial<TraceUrl>, options: { replace: boolean }) => void,
): void {
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const stop = useTraceView.subscribe((state, before) => {
      if (state.window === before.window) return
      clearTimeout(timer)
      timer = setTimeout(() => {
        const zoom = state.window === undefined ? '' : writeZoom(state.window, total)
        if (zoom !== url.zoom) setUrl({ zoom }, { replace: true })
      }, SETTLE_MS)
    })
    return () => {
      clearTimeout(timer)
      stop()
    }
  }, [total, url.zoom, setUrl])
}
