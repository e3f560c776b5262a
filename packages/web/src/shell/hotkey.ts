/** The fields of a KeyboardEvent that hotkeys look at. */
export interface KeyPress {
  readonly key: string
  readonly ctrlKey: boolean
  readonly metaKey: boolean
  readonly altKey: boolean
  readonly shiftKey: boolean
}

/**
 * A pressed key in the registry's notation: `mod+k` (Ctrl or Cmd), `escape`, `?`, `shift+arrowleft`. Shift is written only
 * with keys that have no other character for it.
 */
export function keyOf(press: KeyPress): string {
  const key = press.key === ' ' ? 'space' : press.key.toLowerCase()
  const named = key.length > 1 || /[a-z]/.test(key)
  return `${press.ctrlKey || press.metaKey ? 'mod+' : ''}${press.altKey ? 'alt+' : ''}${press.shiftKey && named ? 'shift+' : ''}${key}`
}

const SEQUENCE_MS = 1200

/** Follows key presses and knows two-step sequences such as `g t`. */
export class HotkeyMatcher {
  #pending = ''
  #pendingSinceMs = 0

  /**
   * The hotkey that this press completes: a sequence when its first step came just before, else the key itself.
   * Undefined while a sequence is open. `known` says whether a hotkey exists, `prefix` whether one starts like this.
   */
  press(
    key: string,
    nowMs: number,
    known: (hotkey: string) => boolean,
    prefix: (start: string) => boolean,
  ): string | undefined {
    const sequence = this.#pending !== '' && nowMs - this.#pendingSinceMs < SEQUENCE_MS ? `${this.#pending} ${key}` : ''
    this.#pending = ''
    if (sequence !== '' && known(sequence)) return sequence
    if (known(key)) return key
    if (prefix(`${key} `)) {
      this.#pending = key
      this.#pendingSinceMs = nowMs
    }
    return undefined
  }
}
