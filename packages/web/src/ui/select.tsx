import { Select as Base } from '@base-ui/react/select'
import { Icon } from './icon.tsx'
import { classNames } from './class-names.ts'
import styles from './select.module.css'

export interface SelectOption<T extends string> {
  value: T
  label: string
}

/** Choice of one from a short fixed list. `label` names it for screen readers and is shown before the value when `prefix`. */
export function Select<T extends string>({
  label,
  value,
  options,
  onChange,
  prefix = false,
  className,
}: {
  label: string
  value: T
  options: readonly SelectOption<T>[]
  onChange: (value: T) => void
  prefix?: boolean
  className?: string | undefined
}) {
  return (
    <Base.Root
      items={options as SelectOption<T>[]}
      value={value}
      onValueChange={(next) => next !== null && onChange(next as T)}
    >
      <Base.Trigger aria-label={label} className={classNames(styles.trigger, className)}>
        {prefix && <span className={styles.prefix}>{label}</span>}
        <Base.Value className={styles.value} />
        <Icon name="chevronDown" size={12} />
      </Base.Trigger>
      <Base.Portal>
        <Base.Positioner sideOffset={4} alignItemWithTrigger={false} className={styles.positioner}>
          <Base.Popup className={styles.popup}>
            <Base.List className={styles.list}>
              {options.map((option) => (
                <Base.Item key={option.value} value={option.value} className={styles.item}>
                  <Base.ItemText>{option.label}</Base.ItemText>
                  <Base.ItemIndicator className={styles.check}>
                    <Icon name="check" size={14} />
                  </Base.ItemIndicator>
                </Base.Item>
              ))}
            </Base.List>
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  )
}
