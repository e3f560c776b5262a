import { useEffect, useRef } from 'react'
import { useVirtualizer } from '@tanstack/react-virtual'
import { SPAN_KINDS, SPAN_STATUSES } from '@clew/contract/common'
import { formatDuration } from '../../model/format-duration.ts'
import { STATUS_ERROR } from '../../model/trace-model.ts'
import { indexOfRow } from '../../model/visible-rows.ts'
import { usePreferences } from '../../shell/preferences.ts'
import { ServiceName } from '../../shell/service-name.tsx'
import { classNames } from '../../ui/class-names.ts'
import { Icon } from '../../ui/icon.tsx'
import type { TraceScene } from './trace-scene.ts'
import { toggleRow, useTraceView } from './trace-view.ts'
import styles from './span-table.module.css'

const ROW_PX = { compact: 26, comfortable: 34 }
const MAX_INDENT = 24
const COLUMNS = ['Operation', 'Service', 'Kind', 'Status', 'Starts at', 'Duration', 'Self time']

/** The timeline as a table: the same rows, folds, cursor and selection, for reading and for screen readers. */
export function SpanTable({
  scene,
  selected,
  onSelect,
}: {
  scene: TraceScene
  selected: number
  onSelect: (row: number) => void
}) {
  const { model, visible } = scene
  const scroller = useRef<HTMLDivElement>(null)
  const rowPx = ROW_PX[usePreferences((state) => state.density)]
  const cursor = useTraceView((state) => state.cursor)
  const collapsed = useTraceView((state) => state.collapsed)
  const virtual = useVirtualizer({
    count: visible.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowPx,
    overscan: 10,
  })
  useEffect(() => virtual.measure(), [virtual, rowPx])
  useEffect(() => {
    if (cursor >= 0) virtual.scrollToIndex(indexOfRow(visible, cursor))
  }, [cursor, visible, virtual])
  return (
    <div
      ref={scroller}
      className={styles.scroller}
      role="treegrid"
      aria-label="Spans"
      aria-rowcount={visible.length + 1}
      tabIndex={0}
    >
      <div role="rowgroup" className={styles.head}>
        <div role="row" aria-rowindex={1} className={styles.row}>
          {COLUMNS.map((title, index) => (
            <span key={title} role="columnheader" className={classNames(index >= 4 && styles.numeric)}>
              {title}
            </span>
          ))}
        </div>
      </div>
      <div role="rowgroup" style={{ height: virtual.getTotalSize(), position: 'relative' }}>
        {virtual.getVirtualItems().map((item) => {
          const row = visible[item.index] as number
          const depth = model.depth[row] as number
          const below = model.descendants[row] as number
          const failed = model.status[row] === STATUS_ERROR
          return (
            <div
              key={row}
              role="row"
              aria-rowindex={item.index + 2}
              aria-level={depth + 1}
              aria-expanded={below > 0 ? !collapsed.has(row) : undefined}
              aria-selected={row === selected}
              className={classNames(
                styles.row,
                styles.body,
                row === selected && styles.selected,
                row === cursor && styles.cursor,
              )}
              style={{ transform: `translateY(${item.start}px)`, height: item.size }}
            >
              <span
                role="gridcell"
                className={styles.operation}
                style={{ paddingLeft: Math.min(depth, MAX_INDENT) * 12 }}
              >
                {below > 0 ? (
                  <button
                    type="button"
                    className={styles.fold}
                    aria-label={collapsed.has(row) ? `Unfold ${below} spans` : `Fold ${below} spans`}
                    onClick={() => toggleRow(row)}
                  >
                    <Icon name={collapsed.has(row) ? 'chevronRight' : 'chevronDown'} size={12} />
                  </button>
                ) : (
                  <span className={styles.fold} />
                )}
                <button type="button" className={styles.open} onClick={() => onSelect(row)}>
                  {model.names[model.name[row] as number]}
                </button>
              </span>
              <span role="gridcell">
                <ServiceName name={model.services[model.service[row] as number] ?? ''} />
              </span>
              <span role="gridcell">{SPAN_KINDS[model.kind[row] as number]}</span>
              <span role="gridcell" className={classNames(failed && styles.failed)}>
                {failed && <Icon name="error" size={12} />} {SPAN_STATUSES[model.status[row] as number]}
              </span>
              <span role="gridcell" className={styles.numeric}>
                {formatDuration(model.start[row] as number)}
              </span>
              <span role="gridcell" className={styles.numeric}>
                {formatDuration(model.duration[row] as number)}
              </span>
              <span role="gridcell" className={styles.numeric}>
                {formatDuration(scene.selfTimes[row] as number)}
              </span>
            </div>
          )
        })}
      </div>
    </div>
  )
}
