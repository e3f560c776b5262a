import { Component, type ReactNode } from 'react'
import { classNames } from './class-names.ts'
import { ErrorState } from './states.tsx'
import styles from './panel.module.css'

/** A framed part of a page. What breaks inside stays inside: the rest of the page lives on. */
export function Panel({
  title,
  actions,
  children,
  className,
  busy = false,
  padded = false,
}: {
  title?: ReactNode
  actions?: ReactNode
  children: ReactNode
  className?: string | undefined
  /** Old content stays, dimmed, while new content loads. */
  busy?: boolean
  padded?: boolean
}) {
  return (
    <section className={classNames(styles.panel, className)} aria-busy={busy}>
      {(title !== undefined || actions !== undefined) && (
        <header className={styles.header}>
          <h2 className={styles.title}>{title}</h2>
          <div className={styles.actions}>{actions}</div>
        </header>
      )}
      <div className={classNames(styles.body, padded && styles.padded, busy && styles.busy)}>
        <ErrorBoundary>{children}</ErrorBoundary>
      </div>
    </section>
  )
}

/** Shows what broke in place of its children; "Try again" renders them anew. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { error: unknown }> {
  override state: { error: unknown } = { error: undefined }

  static getDerivedStateFromError(error: unknown): { error: unknown } {
    return { error }
  }

  override render(): ReactNode {
    if (this.state.error === undefined) return this.props.children
    return <ErrorState error={this.state.error} onRetry={() => this.setState({ error: undefined })} />
  }
}
