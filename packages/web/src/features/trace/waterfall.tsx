import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { Canvas, type CanvasHandle, type Surface } from '../../canvas/canvas.tsx'
import { indexOfRow } from '../../model/visible-rows.ts'
import { usePreferences } from '../../shell/preferences.ts'
import { drawWaterfall, type WaterfallScene } from './draw-waterfall.ts'
import { SpanTip } from './span-tip.tsx'
import type { TraceScene } from './trace-scene.ts'
import { useTraceView } from './trace-view.ts'
import { useWaterfallPointer } from './use-waterfall-pointer.ts'
import { RULER_PX, scrollToShow, type WaterfallLayout } from './waterfall-layout.ts'
import styles from './waterfall.module.css'

const ROW_PX = { compact: 24, comfortable: 30 }

/**
 * The timeline of a trace on a canvas. The page scrolls an empty box of the trace's full height; the canvas sticks to its
 * top and draws only the rows on the screen. Hovering, scrolling and zooming never render React.
 */
export function Waterfall({
  scene,
  matches,
  selected,
  summary,
  onSelect,
  onShownRows,
}: {
  scene: TraceScene
  matches: ReadonlySet<number>
  selected: number
  /** What a screen reader says about the picture. */
  summary: string
  onSelect: (row: number) => void
  /** Called after each drawing with the rows on the screen. */
  onShownRows: (first: number, end: number) => void
}) {
  const scroller = useRef<HTMLDivElement>(null)
  const canvas = useRef<CanvasHandle>(null)
  const rowPx = ROW_PX[usePreferences((state) => state.density)]
  const [tip, setTip] = useState<{ row: number; x: number; y: number }>()
  const { model, visible } = scene
  const stage = useMemo(() => ({ scene, matches, selected, rowPx }), [scene, matches, selected, rowPx])

  const layoutNow = useCallback((): WaterfallLayout => {
    const element = scroller.current
    const { window, labelWidth } = useTraceView.getState()
    const width = element?.clientWidth ?? 0
    return {
      width,
      height: element?.clientHeight ?? 0,
      rowPx: stage.rowPx,
      labelWidth: Math.min(labelWidth, Math.max(120, width * 0.6)),
      scrollTop: element?.scrollTop ?? 0,
      window: window ?? { start: 0, end: stage.scene.model.durationNanos },
    }
  }, [stage])

  const draw = useCallback(
    (surface: Surface) => {
      const state = useTraceView.getState()
      const layout = { ...layoutNow(), width: surface.width, height: surface.height }
      const drawn: WaterfallScene = {
        model: stage.scene.model,
        visible: stage.scene.visible,
        collapsed: state.collapsed,
        errorsBelow: stage.scene.errorsBelow,
        criticalPath: state.showCriticalPath ? stage.scene.criticalPath : undefined,
        hues: stage.scene.hues,
        matches: stage.matches,
        selected: stage.selected,
        cursor: state.cursor,
        hover: state.hover,
        service: state.service,
      }
      drawWaterfall(surface, layout, drawn)
      const first = Math.floor(layout.scrollTop / layout.rowPx)
      onShownRows(first, first + Math.ceil((layout.height - RULER_PX) / layout.rowPx))
    },
    [stage, layoutNow, onShownRows],
  )

  useEffect(
    () =>
      useTraceView.subscribe((state, before) => {
        canvas.current?.invalidate()
        if (state.cursor === before.cursor || state.cursor < 0 || scroller.current === null) return
        const index = indexOfRow(stage.scene.visible, state.cursor)
        scroller.current.scrollTop = scrollToShow(layoutNow(), index)
      }),
    [stage, layoutNow],
  )
  // Opening a link to a span: its row is to be on the screen as soon as it has arrived.
  const shownSelection = useRef(-1)
  useEffect(() => {
    if (selected < 0 || shownSelection.current === selected || scroller.current === null) return
    shownSelection.current = selected
    useTraceView.setState({ cursor: selected })
    scroller.current.scrollTop = scrollToShow(layoutNow(), indexOfRow(visible, selected))
  }, [selected, visible, layoutNow])

  const pointer = useWaterfallPointer({ scroller, scene, layoutNow, onSelect, onTip: setTip })
  return (
    <div
      ref={scroller}
      className={styles.scroller}
      style={{ cursor: pointer.cursor }}
      onScroll={() => {
        canvas.current?.invalidate()
        setTip(undefined)
      }}
      role="application"
      aria-roledescription="trace timeline"
      aria-label={summary}
      tabIndex={0}
      data-testid="waterfall"
      {...pointer.handlers}
    >
      <div className={styles.content} style={{ height: visible.length * rowPx + RULER_PX + rowPx }}>
        <div className={styles.stick}>
          <Canvas handle={canvas} draw={draw} className={styles.canvas} />
          {pointer.selection !== undefined && (
            <div
              className={styles.selection}
              style={{
                left: Math.min(...pointer.selection),
                width: Math.abs(pointer.selection[0] - pointer.selection[1]),
              }}
            />
          )}
        </div>
      </div>
      {tip !== undefined && <SpanTip model={model} selfTimes={scene.selfTimes} path={scene.criticalPath} {...tip} />}
    </div>
  )
}
