import { useEffect, useRef, useState, type KeyboardEvent } from 'react'
import { useCommands } from '../../shell/commands.ts'
import { IconButton } from '../../ui/button.tsx'
import { Icon } from '../../ui/icon.tsx'
import styles from './trace-page.module.css'

const SETTLE_MS = 250

export interface FindState {
  readonly count: number
  /** Place of the cursor among the hits, from 1; 0 when it is on none. */
  readonly current: number
  readonly busy: boolean
  readonly problem: string | undefined
}

/** Search inside the trace: the same language as everywhere, answered by the server, with count and next and previous. */
export function FindBar({
  value,
  state,
  onChange,
  onNext,
}: {
  value: string
  state: FindState
  onChange: (text: string) => void
  onNext: (direction: 1 | -1) => void
}) {
  const [text, setText] = useState(value)
  const input = useRef<HTMLInputElement>(null)
  useCommands([
    {
      id: 'trace.find',
      title: 'Search in this trace',
      section: 'Trace',
      hotkey: '/',
      run: () => {
        input.current?.focus()
        input.current?.select()
      },
    },
  ])
  const [lastValue, setLastValue] = useState(value)
  if (lastValue !== value) {
    setLastValue(value)
    // The address follows the typing; only a foreign change (Back, Clear) changes the text.
    if (value !== text.trim()) setText(value)
  }
  const settling = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => () => clearTimeout(settling.current), [])
  const edit = (next: string): void => {
    setText(next)
    clearTimeout(settling.current)
    settling.current = setTimeout(() => onChange(next.trim()), SETTLE_MS)
  }
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>): void => {
    if (event.key === 'Enter') {
      if (text.trim() === value) onNext(event.shiftKey ? -1 : 1)
      else onChange(text.trim())
    } else if (event.key === 'Escape') {
      if (text !== '') onChange('')
      event.currentTarget.blur()
    } else return
    event.preventDefault()
  }
  return (
    <div className={styles.find} role="search">
      <Icon name="search" size={14} />
      <input
        ref={input}
        type="text"
        className={styles.findInput}
        aria-label="Search in this trace"
        placeholder="Search in this trace"
        spellCheck={false}
        autoComplete="off"
        value={text}
        aria-invalid={state.problem !== undefined}
        title={state.problem}
        onChange={(event) => edit(event.target.value)}
        onKeyDown={onKeyDown}
      />
      {value !== '' && (
        <>
          <output className={styles.findCount} aria-live="polite">
            {state.problem ?? (state.busy ? '…' : `${state.current > 0 ? `${state.current} / ` : ''}${state.count}`)}
          </output>
          <IconButton
            icon="chevronUp"
            label="Previous hit"
            keys="Shift N"
            disabled={state.count === 0}
            onClick={() => onNext(-1)}
          />
          <IconButton
            icon="chevronDown"
            label="Next hit"
            keys="N"
            disabled={state.count === 0}
            onClick={() => onNext(1)}
          />
          <IconButton icon="close" label="Clear search" onClick={() => onChange('')} />
        </>
      )}
    </div>
  )
}
