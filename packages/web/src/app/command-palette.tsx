import { useMemo, useRef, useState, type KeyboardEvent } from 'react'
import { attributeValues } from '@clew/contract/traces'
import { useEndpoint } from '../api/use-endpoint.ts'
import { matchScore } from '../model/match-score.ts'
import { allCommands, type Command } from '../shell/commands.ts'
import { useGo } from '../shell/go.ts'
import { recentTraces } from '../shell/recent-traces.ts'
import { useTimeRange } from '../shell/time-range.ts'
import { pageHref } from '../shell/url-state.ts'
import { Dialog } from '../ui/dialog.tsx'
import { Kbd } from '../ui/kbd.tsx'
import { classNames } from '../ui/class-names.ts'
import styles from './command-palette.module.css'

const MAX_SHOWN = 60
const TRACE_ID = /^[0-9a-f]{16,32}$/i

/** Everything one can do or open, found by typing: commands of the page, pages, services, recent traces, a trace id. */
export function CommandPalette({ onClose }: { onClose: () => void }) {
  const [text, setText] = useState('')
  const [cursor, setCursor] = useState(0)
  const list = useRef<HTMLUListElement>(null)
  const candidates = useCandidates(text)
  const shown = useMemo(() => ranked(candidates, text), [candidates, text])
  const active = Math.min(cursor, shown.length - 1)

  const move = (to: number): void => {
    const next = (to + shown.length) % Math.max(shown.length, 1)
    setCursor(next)
    list.current?.children[next]?.scrollIntoView({ block: 'nearest' })
  }
  const run = (command: Command | undefined): void => {
    if (command === undefined) return
    onClose()
    // After the dialog is gone: a command may move the focus.
    setTimeout(() => command.run(), 0)
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'ArrowDown') move(active + 1)
    else if (event.key === 'ArrowUp') move(active - 1)
    else if (event.key === 'Enter') run(shown[active])
    else return
    event.preventDefault()
  }
  return (
    <Dialog title="Command palette" open onClose={onClose} bare>
      <input
        className={styles.input}
        role="combobox"
        aria-label="Find a command, page, service or trace"
        aria-expanded="true"
        aria-controls="palette-list"
        aria-activedescendant={shown[active] === undefined ? undefined : `palette-${active}`}
        placeholder="Find a command, page, service or trace id"
        spellCheck={false}
        autoComplete="off"
        autoFocus
        value={text}
        onChange={(event) => {
          setText(event.target.value)
          setCursor(0)
        }}
        onKeyDown={onKeyDown}
      />
      {shown.length === 0 && <p className={styles.none}>Nothing matches</p>}
      <ul ref={list} className={styles.list} id="palette-list" role="listbox" aria-label="Commands">
        {shown.map((command, index) => (
          <li
            key={command.id}
            id={`palette-${index}`}
            role="option"
            aria-selected={index === active}
            className={classNames(styles.item, index === active && styles.active)}
            onMouseMove={() => setCursor(index)}
            onClick={() => run(command)}
          >
            <span className={styles.section}>{command.section}</span>
            <span className={styles.title}>{command.title}</span>
            {command.hotkey !== undefined && <Kbd keys={command.hotkey} />}
          </li>
        ))}
      </ul>
    </Dialog>
  )
}

function useCandidates(text: string): readonly Command[] {
  const go = useGo()
  const range = useTimeRange()
  const services = useEndpoint(attributeValues, { start: range.start, end: range.end, key: 'service', limit: 200 })
  const names = services.data?.values
  return useMemo(() => {
    const id = text.trim()
    const byId: Command[] = TRACE_ID.test(id)
      ? [{ id: 'open-id', title: `Open trace ${id}`, section: 'Trace', run: () => go(pageHref(`/traces/${id}`)) }]
      : []
    const byService = (names ?? []).flatMap(({ value }): Command[] => [
      {
        id: `service.${value}`,
        title: value,
        section: 'Service',
        run: () => go(pageHref(`/services/${encodeURIComponent(value)}`, range.search)),
      },
      {
        id: `service-traces.${value}`,
        title: `Traces of ${value}`,
        section: 'Service',
        run: () => go(pageHref('/traces', { ...range.search, q: `service=${JSON.stringify(value)}` })),
      },
    ])
    const recent = recentTraces().map((trace): Command => ({
      id: `recent.${trace.traceId}`,
      title: trace.title,
      section: 'Recent trace',
      keywords: trace.traceId,
      run: () => go(pageHref(`/traces/${trace.traceId}`)),
    }))
    return [...byId, ...allCommands().filter((command) => command.id !== 'palette'), ...recent, ...byService]
  }, [text, names, go, range])
}

function ranked(commands: readonly Command[], text: string): readonly Command[] {
  const scored = commands.map((command) => ({
    command,
    score: scoreOf(command, text),
  }))
  return scored
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .slice(0, MAX_SHOWN)
    .map(({ command }) => command)
}

/** What one can do comes before what one can open, and pages come first; a typed trace id beats all. */
function scoreOf(command: Command, text: string): number {
  if (command.id === 'open-id') return Number.MAX_VALUE
  const score = matchScore(text, `${command.title} ${command.section} ${command.keywords ?? ''}`)
  if (score === 0) return 0
  return score + (command.section === 'Pages' ? 50 : command.section === 'Service' ? 0 : 20)
}
