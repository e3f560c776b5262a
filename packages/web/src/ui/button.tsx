import type { ComponentProps } from 'react'
import { Icon, type IconName } from './icon.tsx'
import { Tooltip } from './tooltip.tsx'
import { classNames } from './class-names.ts'
import styles from './button.module.css'

export interface ButtonProps extends ComponentProps<'button'> {
  /** `primary` at most once in a view. Default `normal`; `quiet` has no border until hovered. */
  look?: 'primary' | 'normal' | 'quiet'
  icon?: IconName
  /** For toggles; becomes aria-pressed. */
  pressed?: boolean | undefined
}

/** A labelled button: a verb, sentence case. */
export function Button({ look = 'normal', icon, pressed, className, children, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      aria-pressed={pressed}
      {...rest}
      className={classNames(styles.button, styles[look], className)}
    >
      {icon !== undefined && <Icon name={icon} size={14} />}
      {children}
    </button>
  )
}

/** A button that is only an icon; `label` names it for everybody (tooltip and screen reader). */
export function IconButton({
  icon,
  label,
  keys,
  pressed,
  look = 'quiet',
  className,
  ...rest
}: Omit<ButtonProps, 'icon' | 'children'> & { icon: IconName; label: string; keys?: string }) {
  return (
    <Tooltip content={label} keys={keys}>
      <button
        type="button"
        aria-label={label}
        aria-pressed={pressed}
        {...rest}
        className={classNames(styles.button, styles.iconOnly, styles[look], className)}
      >
        <Icon name={icon} />
      </button>
    </Tooltip>
  )
}
