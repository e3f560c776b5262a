import { useEffect, useRef, useState, type Ref } from 'react'
import { TextInput } from '../ui/text-input.tsx'

const COMMIT_AFTER_MS = 120

/**
 * A field that narrows a list and keeps its text in the URL. What is typed is never lost or reordered by navigation: the
 * field has its own text and hands it on when typing pauses. Escape clears it, then leaves it.
 */
export function FindInput({
  label,
  value,
  onChange,
  inputRef,
  className,
}: {
  label: string
  value: string
  onChange: (text: string) => void
  inputRef?: Ref<HTMLInputElement>
  className?: string
}) {
  const [text, setText] = useState(value)
  const [lastValue, setLastValue] = useState(value)
  /** What was handed on last: when it comes back as `value`, newer typing must not be undone. */
  const [handed, setHanded] = useState(value)
  const commit = useRef<ReturnType<typeof setTimeout>>(undefined)
  if (lastValue !== value) {
    setLastValue(value)
    if (value !== handed) setText(value)
    setHanded(value)
  }
  useEffect(() => () => clearTimeout(commit.current), [])
  const edit = (next: string): void => {
    setText(next)
    clearTimeout(commit.current)
    commit.current = setTimeout(() => {
      setHanded(next)
      onChange(next)
    }, COMMIT_AFTER_MS)
  }
  return (
    <TextInput
      label={label}
      icon="filter"
      placeholder={label}
      value={text}
      {...(inputRef === undefined ? {} : { ref: inputRef })}
      {...(className === undefined ? {} : { className })}
      onChange={(event) => edit(event.target.value)}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return
        event.stopPropagation()
        if (text === '') event.currentTarget.blur()
        else edit('')
      }}
    />
  )
}
