// @vitest-environment happy-dom
import { expect, test, vi } from 'vitest'
import { reloadForNewBuild } from './reload-for-new-build.ts'

test('a missing part of an older build loads the page anew, once', () => {
  const reload = vi.spyOn(window.location, 'reload').mockImplementation(() => undefined)
  reloadForNewBuild()
  const first = new Event('vite:preloadError', { cancelable: true })
  window.dispatchEvent(first)
  expect(first.defaultPrevented).toBe(true)
  expect(reload).toHaveBeenCalledTimes(1)
  // Missing again right after the reload: the error is shown instead of reloading for ever.
  const second = new Event('vite:preloadError', { cancelable: true })
  window.dispatchEvent(second)
  expect(second.defaultPrevented).toBe(false)
  expect(reload).toHaveBeenCalledTimes(1)
})
