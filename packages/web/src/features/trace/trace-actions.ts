import { useMemo } from 'react'
import { fitWindow, panWindow, zoomWindow } from '../../canvas/time-window.ts'
import { formatDuration } from '../../model/format-duration.ts'
import { nextOf } from '../../model/trace-facts.ts'
import { ancestorsOf, endOf, STATUS_ERROR } from '../../model/trace-model.ts'
import { collapseBelow, entriesOfService, indexOfRow, maxVisibleDepth } from '../../model/visible-rows.ts'
import { announce } from '../../shell/announcer.tsx'
import type { TraceScene } from './trace-scene.ts'
import { revealRow, toggleRow, useTraceView } from './trace-view.ts'

/** Everything one can do to the picture of a trace; commands, buttons and legend entries call these. */
export interface TraceActions {
  /** Moves the cursor to a row, unfolding what hides it, and says where it is. */
  readonly goTo: (row: number) => void
  /** Moves the cursor by visible rows. */
  readonly step: (count: number) => void
  readonly nextError: (direction: 1 | -1) => void
  readonly nextMatch: (direction: 1 | -1) => void
  /** Folds or unfolds the row under the cursor; folding a leaf goes to its parent. */
  readonly fold: (fold: boolean) => void
  readonly foldAll: () => void
  readonly unfoldAll: () => void
  /** One level of depth less (-1) or more (1) on the screen. */
  readonly foldLevel: (direction: 1 | -1) => void
  readonly foldService: (service: number) => void
  readonly zoom: (factor: number) => void
  readonly pan: (share: number) => void
  /** Shows the span under the cursor as large as possible; all of the trace when there is none. */
  readonly fit: () => void
  readonly showAll: () => void
}

export function useTraceActions(scene: TraceScene | undefined, matchRows: readonly number[]): TraceActions {
  return useMemo(() => actionsOf(scene, matchRows), [scene, matchRows])
}

function actionsOf(scene: TraceScene | undefined, matchRows: readonly number[]): TraceActions {
  const view = useTraceView
  const total = scene?.model.durationNanos ?? 1
  const windowNow = () => view.getState().window ?? { start: 0, end: total }

  const goTo = (row: number): void => {
    if (scene === undefined || row < 0 || row >= scene.model.loaded) return
    revealRow(ancestorsOf(scene.model, row))
    const { window } = view.getState()
    const { model } = scene
    const start = model.start[row] as number
    const off = window !== undefined && (start > window.end || endOf(model, row) < window.start)
    view.setState({ cursor: row, ...(off ? { window: aroundRow(scene, row, window.end - window.start) } : {}) })
    announce(spanText(scene, row))
  }
  const step = (count: number): void => {
    if (scene === undefined || scene.visible.length === 0) return
    const { cursor } = view.getState()
    const from = cursor < 0 ? (count > 0 ? -1 : scene.visible.length) : indexOfRow(scene.visible, cursor)
    goTo(scene.visible[Math.max(0, Math.min(scene.visible.length - 1, from + count))] as number)
  }
  const jump = (rows: readonly number[], direction: 1 | -1, nothing: string): void => {
    const row = nextOf(rows, view.getState().cursor, direction)
    if (row === undefined) announce(nothing)
    else goTo(row)
  }
  const setFolds = (rows: Iterable<number>): void => view.setState({ collapsed: new Set(rows) })
  return {
    goTo,
    step,
    nextError: (direction) => jump(scene?.errorRows ?? [], direction, 'This trace has no errors'),
    nextMatch: (direction) => jump(matchRows, direction, 'Nothing found'),
    fold(fold) {
      const { cursor, collapsed } = view.getState()
      if (scene === undefined || cursor < 0) return
      const hasRows = (scene.model.descendants[cursor] as number) > 0
      if (fold && (!hasRows || collapsed.has(cursor))) goTo(scene.model.parent[cursor] as number)
      else if (!fold && hasRows && !collapsed.has(cursor)) step(1)
      else if (hasRows) toggleRow(cursor, fold)
    },
    foldAll: () => setFolds(scene === undefined ? [] : collapseBelow(scene.model, 0)),
    unfoldAll: () => setFolds([]),
    foldLevel(direction) {
      if (scene === undefined) return
      const depth = maxVisibleDepth(scene.model, scene.visible) + direction
      setFolds(collapseBelow(scene.model, Math.max(0, depth)))
      announce(`Showing ${Math.max(0, depth) + 1} levels`)
    },
    foldService(service) {
      if (scene === undefined) return
      setFolds([...view.getState().collapsed, ...entriesOfService(scene.model, service)])
    },
    zoom: (factor) => view.setState({ window: zoomWindow(windowNow(), factor, zoomAnchor(scene, windowNow()), total) }),
    pan: (share) => view.setState({ window: panWindow(windowNow(), share, total) }),
    fit() {
      const { cursor } = view.getState()
      if (scene === undefined || cursor < 0) view.setState({ window: undefined })
      else view.setState({ window: fitWindow(scene.model.start[cursor] as number, endOf(scene.model, cursor), total) })
    },
    showAll: () => view.setState({ window: undefined }),
  }
}

/** Keys zoom around the span under the cursor when it shows, else around the middle. */
function zoomAnchor(scene: TraceScene | undefined, window: { start: number; end: number }): number {
  const { cursor } = useTraceView.getState()
  if (scene === undefined || cursor < 0) return 0.5
  const middle = ((scene.model.start[cursor] as number) + endOf(scene.model, cursor)) / 2
  const share = (middle - window.start) / (window.end - window.start)
  return share >= 0 && share <= 1 ? share : 0.5
}

/** A window as wide as now, moved so that the row's start is a fifth from its left. */
function aroundRow({ model }: TraceScene, row: number, span: number): { start: number; end: number } {
  const start = Math.max(0, Math.min((model.start[row] as number) - span / 5, model.durationNanos - span))
  return { start, end: start + span }
}

/** A row in words. */
export function spanText({ model }: TraceScene, row: number): string {
  const service = model.services[model.service[row] as number] ?? ''
  const name = model.names[model.name[row] as number] ?? ''
  const failed = model.status[row] === STATUS_ERROR ? ', error' : ''
  const below = model.descendants[row] as number
  return `${service}, ${name}, ${formatDuration(model.duration[row] as number)}${failed}, level ${(model.depth[row] as number) + 1}${below > 0 ? `, ${below} below` : ''}`
}
