import { useEffect, useState } from 'react'
import { IconButton } from './button.tsx'
import styles from './copy.module.css'

/** Puts text on the clipboard; false when the browser refuses (no secure context, no permission). */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return copyBySelection(text)
  }
}

/** Plain http from another machine has no clipboard API; a selected text area still copies. */
function copyBySelection(text: string): boolean {
  const area = document.createElement('textarea')
  area.value = text
  area.style.position = 'fixed'
  area.style.opacity = '0'
  document.body.append(area)
  area.select()
  const done = document.execCommand('copy')
  area.remove()
  return done
}

/** Copies `text`; shows for two seconds that it did. */
export function CopyButton({ text, label = 'Copy' }: { text: string | (() => string); label?: string }) {
  const [state, setState] = useState<'idle' | 'done' | 'failed'>('idle')
  useEffect(() => {
    if (state === 'idle') return undefined
    const timer = setTimeout(() => setState('idle'), 2000)
    return () => clearTimeout(timer)
  }, [state])
  return (
    <IconButton
      icon={state === 'done' ? 'check' : state === 'failed' ? 'error' : 'copy'}
      label={state === 'done' ? 'Copied' : state === 'failed' ? 'The browser refused to copy' : label}
      onClick={() => {
        void copyText(typeof text === 'string' ? text : text()).then((done) => setState(done ? 'done' : 'failed'))
      }}
    />
  )
}

/** A command to paste into a terminal or a file, with its copy button. */
export function CopyableCommand({ command, label = 'Copy command' }: { command: string; label?: string }) {
  return (
    <div className={styles.command}>
      <pre className={styles.text} tabIndex={0} aria-label="Command">
        {command}
      </pre>
      <CopyButton text={command} label={label} />
    </div>
  )
}
