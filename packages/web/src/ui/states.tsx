import type { ReactNode } from 'react'
import type { QueryMeta } from '@clew/contract/common'
import { Button } from './button.tsx'
import { Icon } from './icon.tsx'
import { Tooltip } from './tooltip.tsx'
import styles from './states.module.css'

/** Nothing to show, and what to do about it. */
export function EmptyState({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className={styles.state}>
      <p className={styles.title}>{title}</p>
      {children !== undefined && <div className={styles.text}>{children}</div>}
    </div>
  )
}

/** First load only: later loads keep the old content, dimmed. */
export function LoadingState({ label = 'Loading', rows = 6 }: { label?: string; rows?: number }) {
  return (
    <div className={styles.skeleton} role="status" aria-label={label}>
      {Array.from({ length: rows }, (_, row) => (
        <div key={row} className={styles.bar} style={{ width: `${90 - ((row * 37) % 50)}%` }} />
      ))}
    </div>
  )
}

/** What failed, its code, what to do, and a way to try again. */
export function ErrorState({ error, onRetry }: { error: unknown; onRetry?: (() => void) | undefined }) {
  const { code, message, fix } = describeError(error)
  return (
    <div className={styles.state} role="alert">
      <p className={styles.error}>
        <Icon name="error" /> {message}
      </p>
      {fix !== undefined && <p className={styles.text}>{fix}</p>}
      <p className={styles.code}>{code}</p>
      {onRetry !== undefined && (
        <Button icon="refresh" onClick={onRetry}>
          Try again
        </Button>
      )}
    </div>
  )
}

function describeError(error: unknown): { code: string; message: string; fix: string | undefined } {
  const fields = (typeof error === 'object' && error !== null ? error : {}) as Record<string, unknown>
  return {
    code: typeof fields['code'] === 'string' ? fields['code'] : 'UI_ERROR',
    message: typeof fields['message'] === 'string' ? fields['message'] : String(error),
    fix: typeof fields['fix'] === 'string' ? fields['fix'] : undefined,
  }
}

/** Says on the panel that an answer is not whole, and why. Nothing when it is. */
export function PartialNote({ meta }: { meta: QueryMeta | undefined }) {
  if (meta === undefined || meta.complete) return null
  const details = meta.incomplete.map((part) => part.detail).join('; ')
  return (
    <Tooltip content={details === '' ? 'Something that matches may be missing' : details}>
      <span className={styles.partial} tabIndex={0} role="note">
        <Icon name="warn" size={14} />
        Partial{meta.incomplete[0] !== undefined && `: ${meta.incomplete[0].reason.replace('-', ' ')}`}
        <span className="visually-hidden">. {details}</span>
      </span>
    </Tooltip>
  )
}
