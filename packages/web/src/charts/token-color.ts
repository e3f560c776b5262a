import { useSyncExternalStore } from 'react'

/** The value of a colour token, for canvases. A new function a theme, so that effects that use it run again. */
export type TokenColors = (token: string) => string

let current: { readonly theme: string; readonly colors: TokenColors } | undefined

function read(token: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(token).trim()
}

function snapshot(): TokenColors {
  const theme = `${read('--bg')} ${read('--text')}`
  if (current?.theme !== theme) current = { theme, colors: (token) => read(token) }
  return current.colors
}

function subscribe(onChange: () => void): () => void {
  const observer = new MutationObserver(onChange)
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] })
  const system = matchMedia('(prefers-color-scheme: dark)')
  system.addEventListener('change', onChange)
  return () => {
    observer.disconnect()
    system.removeEventListener('change', onChange)
  }
}

/** Colour tokens under the theme shown now. */
export function useTokenColors(): TokenColors {
  return useSyncExternalStore(subscribe, snapshot)
}
