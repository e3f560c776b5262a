import { create } from 'zustand'

const useAnnouncement = create<{ text: string }>()(() => ({ text: '' }))
let timer: ReturnType<typeof setTimeout> | undefined

/** Tells screen readers what changed, politely; what comes within 250 ms replaces what was about to be said. */
export function announce(text: string): void {
  clearTimeout(timer)
  timer = setTimeout(() => useAnnouncement.setState({ text }), 250)
}

/** The one live region; mounted by the application. */
export function Announcer() {
  return (
    <div className="visually-hidden" aria-live="polite" role="status">
      {useAnnouncement((state) => state.text)}
    </div>
  )
}
