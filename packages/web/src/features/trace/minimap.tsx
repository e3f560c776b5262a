import { useCallback, useEffect, useImperativeHandle, useRef, useState, type PointerEvent, type Ref } from 'react'
import { Canvas, type CanvasHandle, type Surface } from '../../canvas/canvas.tsx'
import { clampWindow } from '../../canvas/time-window.ts'
import { drawMinimapSpans, drawMinimapWindow } from './draw-minimap.ts'
import type { TraceScene } from './trace-scene.ts'
import { useTraceView } from './trace-view.ts'
import styles from './waterfall.module.css'

const HANDLE_PX = 5
const CLICK_PX = 3

export interface MinimapHandle {
  /** Tells which visible rows the waterfall shows. */
  showRows(first: number, end: number): void
}

type Drag =
  | { kind: 'new'; from: number }
  | { kind: 'start' }
  | { kind: 'end' }
  | { kind: 'move'; from: number; start: number; end: number }

/** The whole trace in a strip. Drag to choose the part to look at, drag its edges or itself to move it. */
export function Minimap({ scene, handle }: { scene: TraceScene; handle: Ref<MinimapHandle> }) {
  const { model, visible, hues } = scene
  const overlay = useRef<CanvasHandle>(null)
  const rows = useRef({ first: 0, end: 0 })
  const drag = useRef<Drag>(undefined)
  const [cursor, setCursor] = useState('crosshair')
  useImperativeHandle(
    handle,
    () => ({
      showRows(first, end) {
        if (rows.current.first === first && rows.current.end === end) return
        rows.current = { first, end }
        overlay.current?.invalidate()
      },
    }),
    [],
  )
  useEffect(
    () =>
      useTraceView.subscribe((state, before) => {
        if (state.window !== before.window) overlay.current?.invalidate()
      }),
    [],
  )
  const drawSpans = useCallback(
    (surface: Surface) => drawMinimapSpans(surface, model, visible, hues),
    [model, visible, hues],
  )
  const total = model.durationNanos
  const windowNow = useCallback(() => useTraceView.getState().window ?? { start: 0, end: model.durationNanos }, [model])
  const drawWindow = useCallback(
    (surface: Surface) =>
      drawMinimapWindow(surface, windowNow(), model.durationNanos, { ...rows.current, count: visible.length }),
    [model, visible, windowNow],
  )

  const at = (event: PointerEvent): { x: number; nanos: number; perPx: number } => {
    const bounds = event.currentTarget.getBoundingClientRect()
    const x = Math.max(0, Math.min(bounds.width, event.clientX - bounds.left))
    return { x, nanos: (x / bounds.width) * total, perPx: total / bounds.width }
  }
  const grip = (x: number, perPx: number): 'start' | 'end' | 'move' | undefined => {
    const window = windowNow()
    if (window.start <= 0 && window.end >= total) return undefined
    if (Math.abs(x - window.start / perPx) <= HANDLE_PX) return 'start'
    if (Math.abs(x - window.end / perPx) <= HANDLE_PX) return 'end'
    return x * perPx > window.start && x * perPx < window.end ? 'move' : undefined
  }
  const handlers = {
    onPointerDown(event: PointerEvent) {
      if (event.button !== 0) return
      event.currentTarget.setPointerCapture(event.pointerId)
      const { x, nanos, perPx } = at(event)
      const held = grip(x, perPx)
      drag.current =
        held === 'move'
          ? { kind: 'move', from: nanos, ...windowNow() }
          : held === undefined
            ? { kind: 'new', from: nanos }
            : { kind: held }
    },
    onPointerMove(event: PointerEvent) {
      const { x, nanos, perPx } = at(event)
      const current = drag.current
      if (current === undefined) {
        const held = grip(x, perPx)
        setCursor(held === undefined ? 'crosshair' : held === 'move' ? 'grab' : 'ew-resize')
        return
      }
      const window = windowNow()
      const set = (start: number, end: number): void =>
        useTraceView.setState({
          window: clampWindow({ start: Math.min(start, end), end: Math.max(start, end) }, total, 100),
        })
      if (current.kind === 'start') set(Math.min(nanos, window.end), window.end)
      else if (current.kind === 'end') set(window.start, Math.max(nanos, window.start))
      else if (current.kind === 'move') set(current.start + nanos - current.from, current.end + nanos - current.from)
      else if (Math.abs(nanos - current.from) > CLICK_PX * perPx) set(current.from, nanos)
    },
    onPointerUp: () => {
      drag.current = undefined
    },
    onDoubleClick: () => useTraceView.setState({ window: undefined }),
  }
  return (
    <div className={styles.minimap} style={{ cursor }} aria-hidden="true" {...handlers}>
      <Canvas draw={drawSpans} className={styles.layer} />
      <Canvas handle={overlay} draw={drawWindow} className={styles.layer} />
    </div>
  )
}
