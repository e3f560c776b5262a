import { useCallback } from 'react'
import { useRouter } from '@tanstack/react-router'

/** Goes to an address of this application (see `pageHref`) without loading the page anew. */
export function useGo(): (href: string, options?: { replace?: boolean }) => void {
  const router = useRouter()
  return useCallback(
    (href, options = {}) => {
      if (options.replace === true) router.history.replace(href)
      else router.history.push(href)
    },
    [router],
  )
}
