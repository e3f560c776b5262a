import { useEffect, type ReactNode } from 'react'
import { TimeBar } from './time-bar.tsx'
import { classNames } from '../ui/class-names.ts'
import styles from './page.module.css'

/**
 * The frame of a page: one header row with title, actions and time bar, then content that fills the rest. `fixed` content
 * manages its own scrolling (lists, waterfalls); otherwise the page scrolls.
 */
export function Page({
  title,
  heading,
  actions,
  time = true,
  fixed = false,
  children,
}: {
  /** Of the browser tab, and of the header unless `heading` is given. */
  title: string
  heading?: ReactNode
  actions?: ReactNode
  time?: boolean
  fixed?: boolean
  children: ReactNode
}) {
  useEffect(() => {
    document.title = `${title} · Clew`
  }, [title])
  return (
    <>
      <header className={styles.header}>
        <h1 className={styles.title}>{heading ?? title}</h1>
        <div className={styles.actions}>
          {actions}
          {time && <TimeBar />}
        </div>
      </header>
      <div className={classNames(styles.content, fixed ? styles.fixed : styles.scrolling)} id="page-content">
        {children}
      </div>
    </>
  )
}
