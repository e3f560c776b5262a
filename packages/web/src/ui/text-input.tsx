import type { ComponentProps } from 'react'
import { Icon, type IconName } from './icon.tsx'
import { classNames } from './class-names.ts'
import styles from './text-input.module.css'

/** One line of text. `label` names it for screen readers; the placeholder shows an example. */
export function TextInput({
  label,
  icon,
  className,
  ...rest
}: ComponentProps<'input'> & { label: string; icon?: IconName }) {
  return (
    <span className={classNames(styles.box, className)}>
      {icon !== undefined && (
        <span className={styles.icon}>
          <Icon name={icon} size={14} />
        </span>
      )}
      <input
        type="text"
        spellCheck={false}
        autoComplete="off"
        aria-label={label}
        {...rest}
        className={classNames(styles.input, icon !== undefined && styles.withIcon)}
      />
    </span>
  )
}
