import { type ReactNode, type RefObject, useEffect, useMemo } from 'react'
import { useVirtualizer } from '@tanstack/react-virtual'
import type { LogRecord } from '@clew/contract/logs'
import { dayText } from '../../charts/clock-text.ts'
import { nanosToMillis } from '../../model/format-time.ts'
import { announce } from '../../shell/announcer.tsx'
import { useCommands } from '../../shell/commands.ts'
import { usePreferences } from '../../shell/preferences.ts'
import { useListCursor } from '../../shell/use-list-cursor.ts'
import { useGo } from '../../shell/go.ts'
import { LogRow } from './log-row.tsx'
import { traceHref } from './trace-href.ts'
import styles from './logs.module.css'

interface LogListProps {
  readonly label: string
  readonly logs: readonly LogRecord[]
  readonly openId: string
  readonly onOpen: (id: string) => void
  readonly onFilter: (condition: string) => void
  readonly scroller: RefObject<HTMLDivElement | null>
  readonly onScroll?: (top: number) => void
  readonly onNearEnd?: (() => void) | undefined
  readonly before?: ReactNode
  readonly after?: ReactNode
}

const ROW_PX = { compact: 27, comfortable: 35 }
const NEAR_END_ROWS = 20

/** The virtual list of records. Rows that are open have the height they need. */
export function LogList(props: LogListProps): ReactNode {
  const { logs, openId, onOpen, onNearEnd, scroller } = props
  const go = useGo()
  const rowPx = ROW_PX[usePreferences((state) => state.density)]
  const virtual = useVirtualizer({
    count: logs.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowPx,
    getItemKey: (index) => logs[index]?.id ?? index,
    overscan: 16,
  })
  useEffect(() => virtual.measure(), [virtual, rowPx])
  const toggle = (record: LogRecord | undefined): void => {
    if (record !== undefined) onOpen(record.id === openId ? '' : record.id)
  }
  const cursor = useListCursor({
    noun: 'log record',
    count: logs.length,
    onOpen: (index) => toggle(logs[index]),
    onMove: (index) => {
      virtual.scrollToIndex(index)
      const record = logs[index]
      if (record !== undefined) announce(`${record.severity}, ${record.service}: ${record.text}`)
    },
  })
  useCommands([
    {
      id: 'logs.trace',
      title: 'Open the trace of the log record',
      section: 'List',
      hotkey: 'x',
      run: () => {
        const record = logs[cursor.index] ?? logs.find(({ id }) => id === openId)
        if (record !== undefined && record.traceId !== '') go(traceHref(record))
      },
    },
    { id: 'logs.close', title: 'Close the log record', section: 'List', hotkey: 'escape', run: () => onOpen('') },
  ])
  const items = virtual.getVirtualItems()
  const nearEnd = logs.length > 0 && (items.at(-1)?.index ?? 0) >= logs.length - NEAR_END_ROWS
  useEffect(() => {
    if (nearEnd) onNearEnd?.()
  }, [nearEnd, onNearEnd])
  const severalDays = useMemo(() => spansDays(logs), [logs])
  return (
    <section
      ref={scroller}
      className={styles.scroller}
      aria-label={props.label}
      tabIndex={0}
      onScroll={(event) => props.onScroll?.(event.currentTarget.scrollTop)}
    >
      {props.before}
      <ol className={styles.rows} style={{ height: virtual.getTotalSize() }}>
        {items.map((item) => {
          const record = logs[item.index]
          return (
            record !== undefined && (
              <li
                key={item.key}
                ref={virtual.measureElement}
                data-index={item.index}
                aria-setsize={logs.length}
                aria-posinset={item.index + 1}
                className={styles.slot}
                style={{ transform: `translateY(${item.start}px)` }}
              >
                <LogRow
                  record={record}
                  open={record.id === openId}
                  selected={item.index === cursor.index}
                  day={severalDays ? dayText(nanosToMillis(record.timeNanos)) : undefined}
                  onToggle={() => {
                    cursor.set(item.index)
                    toggle(record)
                  }}
                  onFilter={props.onFilter}
                />
              </li>
            )
          )
        })}
      </ol>
      {props.after}
    </section>
  )
}

function spansDays(logs: readonly LogRecord[]): boolean {
  const first = logs[0]
  const last = logs.at(-1)
  if (first === undefined || last === undefined) return false
  return dayText(nanosToMillis(first.timeNanos)) !== dayText(nanosToMillis(last.timeNanos))
}
