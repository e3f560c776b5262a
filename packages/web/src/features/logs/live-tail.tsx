import { type ReactNode, useRef, useState } from 'react'
import { tailLogs } from '@clew/contract/logs'
import { useStream } from '../../api/use-stream.ts'
import { formatValue } from '../../charts/format-value.ts'
import { condition } from '../../model/condition.ts'
import { formatCount, formatItems } from '../../model/format-count.ts'
import { withCondition } from '../../model/search-conditions.ts'
import { useCommands } from '../../shell/commands.ts'
import { useNow } from '../../shell/use-now.ts'
import { Button } from '../../ui/button.tsx'
import { Panel } from '../../ui/panel.tsx'
import { EmptyState } from '../../ui/states.tsx'
import { LogList } from './log-list.tsx'
import { EMPTY_TAIL, type TailBuffer, receive, release, tailRate } from './tail-buffer.ts'
import type { LogsUrl } from './url.ts'
import styles from './logs.module.css'

interface LiveTailProps {
  readonly url: LogsUrl
  readonly onFilter: (condition: string) => void
}

const MAX_PER_SECOND = 200
const STATE_TEXT = {
  off: 'Off',
  connecting: 'Connecting',
  open: 'Live',
  lost: 'Connection lost, trying again',
} as const

/** Records as they arrive. Nothing moves while somebody reads: hovering, scrolling and opening a row hold new ones back. */
export function LiveTail({ url, onFilter }: LiveTailProps): ReactNode {
  const ofTrace = url.traceId === '' ? url.q : withCondition(url.q, condition('trace', url.traceId))
  const [held, setHeld] = useState(false)
  const [hovered, setHovered] = useState(false)
  const [scrolled, setScrolled] = useState(false)
  const [openId, setOpenId] = useState('')
  const [buffer, setBuffer] = useState<TailBuffer>(EMPTY_TAIL)
  const scroller = useRef<HTMLDivElement>(null)
  const nowMs = useNow()
  const paused = held || hovered || scrolled || openId !== ''
  if (!paused && buffer.waiting.length > 0) setBuffer(release(buffer))

  const [asked, setAsked] = useState(ofTrace)
  if (asked !== ofTrace) {
    setAsked(ofTrace)
    setBuffer(EMPTY_TAIL)
    // The list goes and comes back: it cannot tell that the pointer has left it.
    setHovered(false)
    setScrolled(false)
    setOpenId('')
  }
  const state = useStream(tailLogs, { q: ofTrace, maxPerSecond: MAX_PER_SECOND }, ({ logs, skipped }) =>
    setBuffer((old) => receive(old, logs, skipped, paused, Date.now())),
  )
  const showNew = (): void => {
    setBuffer(release)
    setOpenId('')
    scroller.current?.scrollTo({ top: 0 })
  }
  useCommands([
    {
      id: 'logs.hold',
      title: held ? 'Let new records in' : 'Hold new records back',
      section: 'Logs',
      hotkey: 'p',
      run: () => setHeld(!held),
    },
    { id: 'logs.new', title: 'Show new records', section: 'Logs', hotkey: 'n', run: showNew },
  ])
  return (
    <Panel
      className={styles.tail}
      title={
        <span className={styles.tailState}>
          <span className={styles.pulse} data-on={state === 'open' && !paused ? '' : undefined} />
          {paused && state === 'open' ? 'Held back while you read' : STATE_TEXT[state]}
          <span className={styles.dim}>{formatValue(tailRate(buffer, nowMs), '/s')}</span>
          {buffer.skipped > 0 && (
            <span className={styles.dim} title={`At most ${MAX_PER_SECOND} records a second are shown`}>
              {formatCount(buffer.skipped)} not shown
            </span>
          )}
        </span>
      }
      actions={
        <>
          <Button look="quiet" onClick={() => setBuffer(EMPTY_TAIL)}>
            Clear
          </Button>
          <Button icon={held ? 'play' : 'pause'} pressed={held} onClick={() => setHeld(!held)}>
            {held ? 'Go on' : 'Hold'}
          </Button>
        </>
      }
    >
      {buffer.shown.length === 0 && buffer.waiting.length === 0 ? (
        <EmptyState title={state === 'lost' ? 'The server cannot be reached' : 'Waiting for records'}>
          {url.q === ''
            ? 'They appear here the moment they arrive.'
            : 'Those that match appear here the moment they arrive.'}
        </EmptyState>
      ) : (
        <div
          className={styles.reading}
          onPointerEnter={() => setHovered(true)}
          onPointerLeave={() => setHovered(false)}
        >
          {buffer.waiting.length > 0 && (
            <Button look="primary" className={styles.newRows} onClick={showNew}>
              {formatItems(buffer.waiting.length, 'new record')}
            </Button>
          )}
          <LogList
            label="Live log records"
            logs={buffer.shown}
            openId={openId}
            onOpen={setOpenId}
            onFilter={onFilter}
            scroller={scroller}
            onScroll={(top) => setScrolled(top > 4)}
          />
        </div>
      )}
    </Panel>
  )
}
