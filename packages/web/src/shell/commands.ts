import { useEffect, useRef } from 'react'
import { create } from 'zustand'

/** Anything a person can do. The palette, the key sheet and the hotkeys are all made from these. */
export interface Command {
  readonly id: string
  /** Sentence case, starts with a verb: `Go to traces`. */
  readonly title: string
  /** Heading in the palette and on the key sheet. */
  readonly section: string
  /** `mod+k`, `g t`, `/`, `?`, `escape`; see `hotkey.ts`. */
  readonly hotkey?: string
  /** More words that find it. */
  readonly keywords?: string
  /** Also while typing in a field. Default: only with `mod`. */
  readonly inFields?: boolean
  readonly run: () => void
}

interface Registry {
  readonly lists: readonly (readonly [owner: symbol, commands: readonly Command[]])[]
  put(owner: symbol, commands: readonly Command[]): void
  remove(owner: symbol): void
}

export const useCommandRegistry = create<Registry>()((set) => ({
  lists: [],
  put: (owner, commands) =>
    set(({ lists }) => ({
      lists: lists.some(([other]) => other === owner)
        ? lists.map((entry) => (entry[0] === owner ? ([owner, commands] as const) : entry))
        : [...lists, [owner, commands] as const],
    })),
  remove: (owner) => set(({ lists }) => ({ lists: lists.filter(([other]) => other !== owner) })),
}))

/** All commands that can be run now, the innermost (latest mounted) owner first. */
export function allCommands(): readonly Command[] {
  return useCommandRegistry
    .getState()
    .lists.toReversed()
    .flatMap(([, commands]) => commands)
}

/**
 * Makes commands available while the calling component is mounted. The list may be built anew on every render: the
 * registry is touched only when what it shows (ids, titles, hotkeys) changes, and always runs the latest closures.
 */
export function useCommands(commands: readonly Command[]): void {
  const latest = useRef(commands)
  useEffect(() => {
    latest.current = commands
  })
  const owner = useRef<symbol>(undefined)
  owner.current ??= Symbol('commands')
  const shape = JSON.stringify(commands.map(({ run: _run, ...rest }) => rest))
  useEffect(() => {
    const stable = (JSON.parse(shape) as Omit<Command, 'run'>[]).map((command) => ({
      ...command,
      run: () => latest.current.find((other) => other.id === command.id)?.run(),
    }))
    useCommandRegistry.getState().put(owner.current as symbol, stable)
  }, [shape])
  useEffect(() => () => useCommandRegistry.getState().remove(owner.current as symbol), [])
}
