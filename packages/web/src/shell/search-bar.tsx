import { useEffect, useId, useMemo, useRef, useState, type KeyboardEvent } from 'react'
import type { CompletionItem } from '@clew/lang/search/complete'
import type { SearchSignal } from '@clew/lang/search/fields'
import { parseSearch } from '@clew/lang/search/parse'
import { SyntaxProblem } from '@clew/lang/kit/syntax-problem'
import { Icon } from '../ui/icon.tsx'
import { IconButton } from '../ui/button.tsx'
import { classNames } from '../ui/class-names.ts'
import { useCommands } from './commands.ts'
import { HighlightedSearch } from './highlighted-search.tsx'
import { useSearchCompletion } from './use-search-completion.ts'
import styles from './search-bar.module.css'

/**
 * One line in the search language, with colours, completion of keys, operators and values, and errors at their place.
 * `value` is what is being shown; `onSubmit` gets the new text on Enter, when it can be read.
 */
export function SearchBar({
  signal,
  value,
  placeholder,
  onSubmit,
}: {
  signal: SearchSignal
  value: string
  placeholder: string
  onSubmit: (text: string) => void
}) {
  const [text, setText] = useState(value)
  const [cursor, setCursor] = useState(value.length)
  const [open, setOpen] = useState(false)
  const [active, setActive] = useState(-1)
  const input = useRef<HTMLInputElement>(null)
  const list = useRef<HTMLUListElement>(null)
  const [scrollLeft, setScrollLeft] = useState(0)
  const id = useId()
  const completion = useSearchCompletion(text, cursor, signal, open)
  const shown = open ? completion.items : []
  const problem = useMemo(() => problemOf(text), [text])

  const [lastValue, setLastValue] = useState(value)
  if (lastValue !== value) {
    setLastValue(value)
    setText(value)
    setOpen(false)
  }
  useEffect(() => {
    if (active >= 0) list.current?.children[active]?.scrollIntoView({ block: 'nearest' })
  }, [active])
  useCommands([
    {
      id: `search.${signal}`,
      title: 'Search',
      section: 'General',
      hotkey: '/',
      run: () => {
        input.current?.focus()
        input.current?.select()
      },
    },
  ])

  const edit = (next: string, at: number): void => {
    setText(next)
    setCursor(at)
    setActive(-1)
  }
  const accept = (item: CompletionItem): void => {
    const glue = item.kind === 'value' || item.kind === 'keyword' ? ' ' : ''
    const before = text.slice(0, completion.start)
    const gap = item.kind === 'keyword' && before !== '' && !before.endsWith(' ') ? ' ' : ''
    const next = before + gap + item.text + glue
    edit(next + text.slice(completion.end).trimStart(), next.length)
    const field = input.current
    field?.focus()
    // The caret can be placed once the new text is in the field.
    requestAnimationFrame(() => field?.setSelectionRange(next.length, next.length))
  }
  const submit = (next: string): void => {
    setOpen(false)
    if (problemOf(next) === undefined) onSubmit(next.trim())
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    const count = shown.length
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      if (!open) setOpen(true)
      else if (count > 0) setActive((active + (event.key === 'ArrowDown' ? 1 : active < 0 ? 0 : -1) + count) % count)
    } else if ((event.key === 'Enter' || event.key === 'Tab') && shown[active] !== undefined) accept(shown[active])
    else if (event.key === 'Enter') submit(text)
    else if (event.key === ' ' && event.ctrlKey) setOpen(true)
    else if (event.key === 'Escape') {
      if (open && count > 0) setOpen(false)
      else input.current?.blur()
    } else return
    event.preventDefault()
  }
  return (
    <div className={styles.box}>
      <div className={classNames(styles.frame, problem !== undefined && !open && styles.wrong)}>
        <span className={styles.icon}>
          <Icon name="search" />
        </span>
        <div className={styles.line}>
          <HighlightedSearch text={text} problem={open ? undefined : problem?.position} scrollLeft={scrollLeft} />
          <input
            ref={input}
            className={styles.input}
            role="combobox"
            aria-label={`Search ${signal}`}
            aria-expanded={shown.length > 0}
            aria-controls={`${id}-list`}
            aria-autocomplete="list"
            aria-activedescendant={shown[active] === undefined ? undefined : `${id}-${active}`}
            aria-invalid={problem !== undefined}
            aria-describedby={problem === undefined ? undefined : `${id}-problem`}
            spellCheck={false}
            autoComplete="off"
            autoCapitalize="off"
            placeholder={placeholder}
            value={text}
            onChange={(event) => {
              edit(event.target.value, event.target.selectionStart ?? event.target.value.length)
              setOpen(true)
            }}
            onSelect={(event) => setCursor(event.currentTarget.selectionStart ?? 0)}
            onScroll={(event) => setScrollLeft(event.currentTarget.scrollLeft)}
            onMouseDown={() => setOpen(true)}
            onBlur={() => setOpen(false)}
            onKeyDown={onKeyDown}
          />
        </div>
        {text !== '' && (
          <IconButton
            icon="close"
            label="Clear search"
            onClick={() => {
              edit('', 0)
              submit('')
              input.current?.focus()
            }}
          />
        )}
      </div>
      {problem !== undefined && !open && (
        <p className={styles.problem} id={`${id}-problem`} role="alert">
          {problem.message}
          {problem.fix !== undefined && `: ${problem.fix}`}
        </p>
      )}
      <ul
        ref={list}
        id={`${id}-list`}
        role="listbox"
        aria-label="Suggestions"
        className={classNames(styles.list, shown.length === 0 && styles.hidden)}
      >
        {shown.map((item, index) => (
          <li
            key={`${item.kind} ${item.text}`}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === active}
            className={classNames(styles.item, index === active && styles.active)}
            onMouseMove={() => setActive(index)}
            onMouseDown={(event) => {
              event.preventDefault()
              accept(item)
            }}
          >
            <span className={classNames(styles.text, styles[item.kind])}>{item.text}</span>
            <span className={styles.detail}>{item.detail}</span>
          </li>
        ))}
        <li role="presentation" className={styles.hint}>
          <kbd>Tab</kbd> takes the marked one, <kbd>Enter</kbd> searches
        </li>
      </ul>
    </div>
  )
}

function problemOf(text: string): SyntaxProblem | undefined {
  try {
    parseSearch(text)
    return undefined
  } catch (error) {
    return error instanceof SyntaxProblem ? error : undefined
  }
}
