import { useEffect } from 'react'
import { allCommands } from './commands.ts'
import { HotkeyMatcher, keyOf } from './hotkey.ts'

/** Runs commands by their hotkeys; mounted once by the application. */
export function useHotkeys(): void {
  useEffect(() => {
    const matcher = new HotkeyMatcher()
    const listener = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.isComposing) return
      const key = keyOf(event)
      // Enter and Space belong to a focused button or link.
      if ((key === 'enter' || key === 'space') && isControl(event.target)) return
      if (key.startsWith('arrow') && hasOwnArrows(event.target)) return
      const typing = isTyping(event.target)
      const commands = allCommands().filter(
        (command) =>
          command.hotkey !== undefined && (!typing || command.inFields === true || command.hotkey.startsWith('mod+')),
      )
      const hotkey = matcher.press(
        key,
        performance.now(),
        (candidate) => commands.some((command) => command.hotkey === candidate),
        (start) => commands.some((command) => command.hotkey?.startsWith(start)),
      )
      const command = commands.find((candidate) => candidate.hotkey === hotkey)
      if (hotkey === undefined || command === undefined) return
      event.preventDefault()
      command.run()
    }
    window.addEventListener('keydown', listener)
    return () => window.removeEventListener('keydown', listener)
  }, [])
}

/** In text fields and open layers, plain letters are not hotkeys. */
function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  return (
    target.isContentEditable ||
    target.matches('input, textarea, select') ||
    target.closest('[role="dialog"], [role="listbox"], [role="menu"]') !== null
  )
}

function isControl(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && target.closest('button, a[href], summary, [role="tab"], [role="option"]') !== null
  )
}

/** Parts that scroll or move by arrow keys themselves carry `data-own-arrows`. */
function hasOwnArrows(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest('[data-own-arrows]') !== null
}
