import styles from './kbd.module.css'

const NAMES: Readonly<Record<string, string>> = {
  mod: /mac/i.test(globalThis.navigator?.platform ?? '') ? '⌘' : 'Ctrl',
  shift: 'Shift',
  escape: 'Esc',
  enter: 'Enter',
  arrowup: '↑',
  arrowdown: '↓',
  arrowleft: '←',
  arrowright: '→',
  ' ': 'Space',
}

/** A hotkey as it is written in the command registry (`mod+k`, `g t`) for people. */
export function keyText(hotkey: string): string {
  return hotkey
    .split(' ')
    .map((step) =>
      step
        .split('+')
        .map((part) => NAMES[part.toLowerCase()] ?? (part.length === 1 ? part.toUpperCase() : part))
        .join('+'),
    )
    .join(' then ')
}

export function Kbd({ keys }: { keys: string }) {
  return <kbd className={styles.kbd}>{keyText(keys)}</kbd>
}
