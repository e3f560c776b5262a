import { useCallback, useState } from 'react'
import { useCommands } from './commands.ts'

/** The keyboard cursor of a list: j and k (or arrows) move, Enter opens. `index` is -1 until a key is pressed. */
export function useListCursor(options: {
  /** What the rows are, for the key sheet: `trace`. */
  noun: string
  count: number
  onOpen: (index: number) => void
  /** Called when the cursor moves: scroll there, announce. */
  onMove?: (index: number) => void
}): { index: number; set: (index: number) => void } {
  const { noun, count, onOpen, onMove } = options
  const [index, setIndex] = useState(-1)
  const current = Math.min(index, count - 1)
  const move = useCallback(
    (to: number) => {
      if (count === 0) return
      const next = Math.max(0, Math.min(count - 1, to))
      setIndex(next)
      onMove?.(next)
    },
    [count, onMove],
  )
  useCommands([
    { id: `list.next.${noun}`, title: `Next ${noun}`, section: 'List', hotkey: 'j', run: () => move(current + 1) },
    {
      id: `list.previous.${noun}`,
      title: `Previous ${noun}`,
      section: 'List',
      hotkey: 'k',
      run: () => move(current - 1),
    },
    {
      id: `list.open.${noun}`,
      title: `Open ${noun}`,
      section: 'List',
      hotkey: 'enter',
      run: () => {
        if (current >= 0) onOpen(current)
      },
    },
  ])
  return { index: current, set: setIndex }
}
