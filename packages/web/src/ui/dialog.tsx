import { Dialog as Base } from '@base-ui/react/dialog'
import { useRef, type ReactNode } from 'react'
import { IconButton } from './button.tsx'
import styles from './dialog.module.css'

/** For short, closed tasks (palette, key sheet, query text). Never for detail of data: that goes into a side panel. */
export function Dialog({
  title,
  open,
  onClose,
  children,
  bare = false,
}: {
  title: string
  open: boolean
  onClose: () => void
  children: ReactNode
  /** No header and no padding; the title is for screen readers only. */
  bare?: boolean
}) {
  const popup = useRef<HTMLDivElement>(null)
  return (
    <Base.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Base.Portal>
        <Base.Backdrop className={styles.scrim} />
        {/* A dialog with a header is for reading: the focus goes to it, not to its close button. */}
        <Base.Popup ref={popup} className={styles.popup} {...(bare ? {} : { initialFocus: popup })}>
          {bare ? (
            <Base.Title className="visually-hidden">{title}</Base.Title>
          ) : (
            <header className={styles.header}>
              <Base.Title className={styles.title}>{title}</Base.Title>
              <Base.Close render={<IconButton icon="close" label="Close" keys="Esc" />} />
            </header>
          )}
          <div className={bare ? styles.bare : styles.body}>{children}</div>
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  )
}
