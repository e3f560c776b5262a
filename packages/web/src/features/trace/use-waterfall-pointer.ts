import { useEffect, useRef, useState, type PointerEvent, type RefObject, type MouseEvent } from 'react'
import { clampWindow, fitWindow, panWindow, zoomWindow } from '../../canvas/time-window.ts'
import { endOf } from '../../model/trace-model.ts'
import type { TraceScene } from './trace-scene.ts'
import { toggleRow, useTraceView } from './trace-view.ts'
import { hitTest, MIN_LABEL_PX, nanosOfX, shareOfX, timelineWidth, type WaterfallLayout } from './waterfall-layout.ts'

const EDGE_PX = 4
const CLICK_PX = 4
const MIN_SPAN_NANOS = 100
/** A wheel notch is some 100 units; two notches halve the window. */
const WHEEL_ZOOM = 0.0035

type Drag =
  | { kind: 'resize' }
  | { kind: 'select'; fromX: number }
  | { kind: 'pan'; x: number; y: number; moved: boolean; scrollTop: number; window: { start: number; end: number } }

/** Mouse, wheel and touch on the waterfall. */
export function useWaterfallPointer(options: {
  scroller: RefObject<HTMLDivElement | null>
  scene: TraceScene
  layoutNow: () => WaterfallLayout
  onSelect: (row: number) => void
  onTip: (tip: { row: number; x: number; y: number } | undefined) => void
}) {
  const { scroller, scene, layoutNow, onSelect, onTip } = options
  const { model, visible } = scene
  const drag = useRef<Drag>(undefined)
  const [cursor, setCursor] = useState('default')
  const [selection, setSelection] = useState<readonly [number, number]>()

  useEffect(() => {
    const element = scroller.current
    if (element === null) return undefined
    const onWheel = (event: WheelEvent): void => {
      const layout = layoutNow()
      const total = model.durationNanos
      if (event.ctrlKey || event.metaKey) {
        event.preventDefault()
        const anchor = shareOfX(layout, event.clientX - element.getBoundingClientRect().left)
        const factor = Math.exp(Math.max(-200, Math.min(200, event.deltaY)) * WHEEL_ZOOM)
        useTraceView.setState({ window: zoomWindow(layout.window, factor, anchor, total) })
      } else if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
        event.preventDefault()
        const distance = event.deltaX === 0 ? event.deltaY : event.deltaX
        useTraceView.setState({ window: panWindow(layout.window, distance / timelineWidth(layout), total) })
      }
    }
    // React's own wheel listeners cannot keep the page from zooming.
    element.addEventListener('wheel', onWheel, { passive: false })
    return () => element.removeEventListener('wheel', onWheel)
  }, [scroller, layoutNow, model])

  const pointOf = (event: MouseEvent): { x: number; y: number } => {
    const bounds = event.currentTarget.getBoundingClientRect()
    return { x: event.clientX - bounds.left, y: event.clientY - bounds.top }
  }
  const hitOf = (layout: WaterfallLayout, { x, y }: { x: number; y: number }) => {
    const hit = hitTest(layout, x, y, (index) => model.depth[visible[index] ?? -1] ?? 0)
    return { ...hit, row: visible[hit.index] ?? -1 }
  }

  const handlers = {
    onPointerDown(event: PointerEvent) {
      if (event.button !== 0) return
      const layout = layoutNow()
      const { x, y } = pointOf(event)
      if (x > layout.width) return
      event.currentTarget.setPointerCapture(event.pointerId)
      if (Math.abs(x - layout.labelWidth) <= EDGE_PX) drag.current = { kind: 'resize' }
      else if (hitOf(layout, { x, y }).part === 'ruler' && x > layout.labelWidth)
        drag.current = { kind: 'select', fromX: x }
      else drag.current = { kind: 'pan', x, y, moved: false, scrollTop: layout.scrollTop, window: layout.window }
    },
    onPointerMove(event: PointerEvent) {
      const layout = layoutNow()
      const point = pointOf(event)
      const current = drag.current
      if (current === undefined) {
        const hit = hitOf(layout, point)
        if (useTraceView.getState().hover !== hit.row) useTraceView.setState({ hover: hit.row })
        onTip(
          hit.part === 'timeline' && hit.row >= 0 ? { row: hit.row, x: event.clientX, y: event.clientY } : undefined,
        )
        setCursor(cursorOf(hit.part, hit.row, Math.abs(point.x - layout.labelWidth) <= EDGE_PX))
      } else if (current.kind === 'resize') {
        useTraceView.setState({ labelWidth: Math.max(MIN_LABEL_PX, Math.min(layout.width * 0.6, point.x)) })
      } else if (current.kind === 'select') {
        setSelection([current.fromX, Math.max(layout.labelWidth, point.x)])
      } else {
        pan(current, point, layout)
      }
    },
    onPointerUp(event: PointerEvent) {
      const layout = layoutNow()
      const point = pointOf(event)
      const current = drag.current
      drag.current = undefined
      setSelection(undefined)
      if (current?.kind === 'select' && Math.abs(current.fromX - point.x) > CLICK_PX) {
        const [from, to] = [current.fromX, point.x].sort((a, b) => a - b) as [number, number]
        const window = { start: nanosOfX(layout, from), end: nanosOfX(layout, to) }
        useTraceView.setState({ window: clampWindow(window, model.durationNanos, MIN_SPAN_NANOS) })
      } else if (current?.kind === 'pan' && !current.moved) {
        const hit = hitOf(layout, point)
        if (hit.row < 0) return
        if (hit.part === 'chevron' && (model.descendants[hit.row] as number) > 0) toggleRow(hit.row)
        else onSelect(hit.row)
      }
    },
    onPointerCancel() {
      drag.current = undefined
      setSelection(undefined)
    },
    onPointerLeave() {
      useTraceView.setState({ hover: -1 })
      onTip(undefined)
    },
    onDoubleClick(event: MouseEvent) {
      const hit = hitOf(layoutNow(), pointOf(event))
      if (hit.part === 'ruler') useTraceView.setState({ window: undefined })
      else if (hit.row >= 0 && hit.part === 'timeline') {
        useTraceView.setState({
          window: fitWindow(model.start[hit.row] as number, endOf(model, hit.row), model.durationNanos),
        })
      }
    },
  }

  function pan(current: Drag & { kind: 'pan' }, point: { x: number; y: number }, layout: WaterfallLayout): void {
    if (!current.moved && Math.max(Math.abs(point.x - current.x), Math.abs(point.y - current.y)) <= CLICK_PX) return
    current.moved = true
    onTip(undefined)
    setCursor('grabbing')
    const share = (current.x - point.x) / timelineWidth(layout)
    useTraceView.setState({ window: panWindow(current.window, share, model.durationNanos) })
    scroller.current?.scrollTo({ top: current.scrollTop + current.y - point.y })
  }

  return { cursor, selection, handlers }
}

function cursorOf(part: string, row: number, edge: boolean): string {
  if (edge) return 'col-resize'
  if (part === 'ruler') return 'crosshair'
  return row >= 0 ? 'pointer' : 'default'
}
