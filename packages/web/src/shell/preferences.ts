import { create } from 'zustand'
import { z } from 'zod'
import { storage } from './storage.ts'

const STORAGE_KEY = 'clew.preferences'

const preferences = z.object({
  theme: z.enum(['system', 'dark', 'light']).catch('system'),
  density: z.enum(['compact', 'comfortable']).catch('compact'),
  /** Range of pages whose URL names none. */
  range: z
    .string()
    .max(20)
    .regex(/^now-\w+$/)
    .catch('now-1h'),
  sidebar: z.enum(['open', 'closed']).catch('open'),
})
export type Preferences = z.infer<typeof preferences>

interface PreferenceStore extends Preferences {
  /** The theme on the screen: the chosen one, or the system's. */
  effectiveTheme: 'dark' | 'light'
  set: (change: Partial<Preferences>) => void
}

const systemTheme = (): 'dark' | 'light' =>
  globalThis.matchMedia?.('(prefers-color-scheme: light)').matches ? 'light' : 'dark'

const effective = (theme: Preferences['theme']): 'dark' | 'light' => (theme === 'system' ? systemTheme() : theme)

const initial = preferences.parse(storage.read(STORAGE_KEY) ?? {})

/** What this person prefers, kept in this browser. The URL wins over it and never changes it. */
export const usePreferences = create<PreferenceStore>()((set, get) => ({
  ...initial,
  effectiveTheme: effective(initial.theme),
  set(change) {
    const next = preferences.parse({ ...get(), ...change })
    const effectiveTheme = effective(next.theme)
    // The attributes first: canvases read their colours when they hear of the change.
    applyToDocument(effectiveTheme, next.density)
    storage.write(STORAGE_KEY, next)
    set({ ...next, effectiveTheme })
  },
}))

function applyToDocument(theme: 'dark' | 'light', density: Preferences['density']): void {
  document.documentElement.dataset.theme = theme
  document.documentElement.dataset.density = density
}

/** Follows the system's theme while the preference says so. Returns the way to stop. */
export function followSystemTheme(): () => void {
  const { effectiveTheme, density } = usePreferences.getState()
  applyToDocument(effectiveTheme, density)
  const query = matchMedia('(prefers-color-scheme: light)')
  const listener = (): void => usePreferences.getState().set({})
  query.addEventListener('change', listener)
  return () => query.removeEventListener('change', listener)
}
