const KEY = 'clew.reloaded-at'
/** When a chunk is missing again so soon after a reload, another one does not help. */
const AGAIN_MS = 10_000

/**
 * Loads the page anew when a part of it is gone, because Clew was updated while the page was open: the parts of the older
 * build are no longer there. The address holds the state of the page, so nothing is lost.
 */
export function reloadForNewBuild(page: Window = window): void {
  page.addEventListener('vite:preloadError', (event) => {
    const last = Number(page.sessionStorage.getItem(KEY) ?? 0)
    const now = Date.now()
    if (now - last < AGAIN_MS) return
    page.sessionStorage.setItem(KEY, String(now))
    event.preventDefault()
    page.location.reload()
  })
}
