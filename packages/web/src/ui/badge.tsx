import type { ReactNode } from 'react'
import { classNames } from './class-names.ts'
import styles from './badge.module.css'

/** A small mark with a meaning: a kind, a status, a count. Red only for errors. */
export function Badge({
  tone = 'plain',
  children,
}: {
  tone?: 'plain' | 'error' | 'warn' | 'ok' | 'accent'
  children: ReactNode
}) {
  return <span className={classNames(styles.badge, styles[tone])}>{children}</span>
}
