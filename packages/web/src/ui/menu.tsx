import { Menu as Base } from '@base-ui/react/menu'
import type { ReactElement } from 'react'
import { Icon, type IconName } from './icon.tsx'
import { Kbd } from './kbd.tsx'
import styles from './menu.module.css'

export interface MenuItem {
  label: string
  icon?: IconName
  keys?: string
  checked?: boolean
  run: () => void
}

/** A menu behind `trigger` (a Button or IconButton). */
export function Menu({ trigger, items }: { trigger: ReactElement; items: readonly MenuItem[] }) {
  return (
    <Base.Root>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner sideOffset={4} align="start" className={styles.positioner}>
          <Base.Popup className={styles.popup}>
            {items.map((item) => (
              <Base.Item key={item.label} className={styles.item} onClick={item.run}>
                <span className={styles.icon}>
                  {item.checked === true ? (
                    <Icon name="check" size={14} />
                  ) : (
                    item.icon !== undefined && <Icon name={item.icon} size={14} />
                  )}
                </span>
                <span className={styles.label}>{item.label}</span>
                {item.keys !== undefined && <Kbd keys={item.keys} />}
              </Base.Item>
            ))}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  )
}
