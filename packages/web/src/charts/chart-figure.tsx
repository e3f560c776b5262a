import { type KeyboardEvent, type PointerEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react'
import { type ChartCursor, moveCursor } from './cursor-keys.ts'
import type { PlotArea, ReadoutRow } from './chart-series.ts'
import { ChartTable } from './chart-table.tsx'
import { clockText, dayText } from './clock-text.ts'
import { millisAt, pixelOf } from './figure-model.ts'
import { type NanosRange, type TimeSteps, millisRange, stepAt, stepMillis, stepRange } from './time-steps.ts'
import { useChartCursor } from './cursor-store.ts'
import styles from './chart-figure.module.css'

interface ChartFigureProps {
  /** Accessible name, for example `Errors a second of checkout`. */
  readonly label: string
  /** One sentence for people who do not see the picture. */
  readonly summary: string
  readonly steps: TimeSteps
  readonly area: PlotArea | null
  readonly readout: (index: number) => readonly ReadoutRow[]
  /** A drag, or Enter on the keyboard selection. */
  readonly onZoom?: ((range: NanosRange) => void) | undefined
  readonly dimmed?: boolean | undefined
  readonly children: ReactNode
}

/** Moves of fewer pixels are clicks. */
const DRAG_PIXELS = 4
const ANNOUNCE_AFTER_MS = 250

/**
 * What every chart over time shares: pointing and dragging to zoom, the cursor common to all charts, a keyboard cursor
 * that is announced politely, and a table twin (`t`). The picture itself is `children`.
 */
export function ChartFigure(props: ChartFigureProps): ReactNode {
  const { steps, area, onZoom } = props
  const [cursor, setCursor] = useState<ChartCursor>({ index: null, anchor: null })
  const [drag, setDrag] = useState<{ readonly fromX: number; readonly toX: number } | null>(null)
  const [pointed, setPointed] = useState(false)
  const [asTable, setAsTable] = useState(false)
  const [announced, setAnnounced] = useState('')
  const surface = useRef<HTMLDivElement>(null)
  const helpId = useId()
  const sharedMs = useChartCursor((state) => state.timeMs)
  const point = useChartCursor((state) => state.point)
  const stepMs = steps.stepNanos / 1e6

  const describe = (index: number): string => {
    const values = props.readout(index).map((row) => `${row.label} ${row.text}`)
    return `${clockText(stepMillis(steps, index), stepMs)}: ${values.length > 0 ? values.join(', ') : 'no value'}`
  }
  const sentence = cursor.index === null || cursor.index >= steps.count ? '' : describe(cursor.index)
  useEffect(() => {
    const timer = setTimeout(() => setAnnounced(sentence), ANNOUNCE_AFTER_MS)
    return () => clearTimeout(timer)
  }, [sentence])
  useEffect(() => () => point(null), [point])

  const localX = (event: PointerEvent): number => event.clientX - (surface.current?.getBoundingClientRect().left ?? 0)

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    if (event.key === 't') {
      event.preventDefault()
      event.stopPropagation()
      setAsTable((shown) => !shown)
      return
    }
    const move = moveCursor(cursor, event.key, event.shiftKey, steps.count)
    if (move === undefined) return
    event.preventDefault()
    event.stopPropagation()
    if (move.zoom && onZoom !== undefined) {
      onZoom(stepRange(steps, move.cursor.anchor ?? 0, move.cursor.index ?? 0))
      setCursor({ index: null, anchor: null })
      point(null)
      return
    }
    setCursor(move.cursor)
    point(move.cursor.index === null ? null : stepMillis(steps, move.cursor.index) + stepMs / 2)
  }

  const onPointerUp = (event: PointerEvent): void => {
    if (drag === null || area === null) return
    setDrag(null)
    const toX = localX(event)
    if (onZoom === undefined || Math.abs(toX - drag.fromX) < DRAG_PIXELS) return
    onZoom(millisRange(millisAt(drag.fromX, area, steps), millisAt(toX, area, steps)))
  }

  const shown = sharedMs === null || area === null ? null : pixelOf(sharedMs, area, steps)
  const shownIndex = sharedMs === null ? null : stepAt(steps, sharedMs)
  const selection = area === null ? null : selectedPixels(area, steps, drag, cursor)
  return (
    <figure className={styles.figure} aria-label={props.label} data-dimmed={props.dimmed === true ? '' : undefined}>
      {asTable ? (
        <ChartTable label={props.label} steps={steps} readout={props.readout} />
      ) : (
        <div
          ref={surface}
          className={styles.surface}
          data-zoomable={onZoom === undefined ? undefined : ''}
          role="application"
          aria-roledescription="chart"
          aria-label={`${props.label}. ${props.summary}`}
          aria-describedby={helpId}
          // The canvas is operated with arrow keys, so it must take the focus.
          tabIndex={0}
          onKeyDown={onKeyDown}
          onPointerDown={(event) => {
            if (event.button !== 0 || onZoom === undefined) return
            event.currentTarget.setPointerCapture(event.pointerId)
            setDrag({ fromX: localX(event), toX: localX(event) })
          }}
          onPointerMove={(event) => {
            if (area === null || steps.count === 0) return
            const x = localX(event)
            setPointed(true)
            point(millisAt(x, area, steps))
            if (drag !== null) setDrag({ ...drag, toX: x })
          }}
          onPointerUp={onPointerUp}
          onPointerCancel={() => setDrag(null)}
          onPointerLeave={() => {
            setPointed(false)
            point(null)
          }}
          onBlur={() => {
            setCursor({ index: null, anchor: null })
            point(null)
          }}
        >
          {props.children}
          {area !== null && selection !== null && (
            <div
              className={styles.selection}
              style={{ left: selection.left, width: selection.width, top: area.top, height: area.height }}
            />
          )}
          {area !== null && shown !== null && (
            <div className={styles.cursor} style={{ left: shown, top: area.top, height: area.height }} />
          )}
          {area !== null && shown !== null && shownIndex !== null && (pointed || cursor.index !== null) && (
            <div
              className={styles.readout}
              data-side={shown > area.left + area.width / 2 ? 'left' : 'right'}
              style={{ left: shown, top: area.top }}
              aria-hidden="true"
            >
              <div className={styles.readoutTime}>
                {dayText(stepMillis(steps, shownIndex))}{' '}
                {clockText(stepMillis(steps, shownIndex), Math.min(stepMs, 1e3))}
              </div>
              {props.readout(shownIndex).map((row) => (
                <div key={row.key} className={styles.readoutRow}>
                  <i className={styles.swatch} style={{ background: `var(${row.colorToken})` }} />
                  <span className={styles.readoutLabel}>{row.label}</span>
                  <b>{row.text}</b>
                </div>
              ))}
            </div>
          )}
        </div>
      )}
      <button
        type="button"
        className={styles.tableButton}
        aria-pressed={asTable}
        aria-label={asTable ? `Show ${props.label} as a chart` : `Show ${props.label} as a table`}
        title={asTable ? 'Show as chart' : 'Show as table (t)'}
        onClick={() => setAsTable(!asTable)}
      >
        {asTable ? 'Chart' : 'Table'}
      </button>
      <span id={helpId} className="visually-hidden">
        Arrow keys move the cursor, Shift selects, Enter zooms in, t shows a table.
      </span>
      <output className="visually-hidden">{announced}</output>
    </figure>
  )
}

function selectedPixels(
  area: PlotArea,
  steps: TimeSteps,
  drag: { readonly fromX: number; readonly toX: number } | null,
  cursor: ChartCursor,
): { readonly left: number; readonly width: number } | null {
  const clamp = (x: number): number => Math.min(area.left + area.width, Math.max(area.left, x))
  if (drag !== null && Math.abs(drag.toX - drag.fromX) >= DRAG_PIXELS) {
    const left = clamp(Math.min(drag.fromX, drag.toX))
    return { left, width: clamp(Math.max(drag.fromX, drag.toX)) - left }
  }
  if (cursor.index === null || cursor.anchor === null || steps.count === 0) return null
  const stepPixels = area.width / steps.count
  const left = area.left + Math.min(cursor.index, cursor.anchor) * stepPixels
  return { left, width: (Math.abs(cursor.index - cursor.anchor) + 1) * stepPixels }
}
