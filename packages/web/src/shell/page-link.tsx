import type { ComponentProps, MouseEvent } from 'react'
import { useGo } from './go.ts'

/** A link inside the application: a plain anchor for new tabs and copying, without a page load for a plain click. */
export function PageLink({ href, onClick, children, ...rest }: ComponentProps<'a'> & { href: string }) {
  const go = useGo()
  return (
    <a
      href={href}
      {...rest}
      onClick={(event: MouseEvent<HTMLAnchorElement>) => {
        onClick?.(event)
        const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey
        if (event.defaultPrevented || !plain || rest.target !== undefined) return
        event.preventDefault()
        go(href)
      }}
    >
      {children}
    </a>
  )
}
