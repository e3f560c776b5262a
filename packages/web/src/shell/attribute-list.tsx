import { useState } from 'react'
import type { Attribute } from '@clew/contract/common'
import type { FieldLevel } from '@clew/lang/search/ast'
import { valueText } from '../model/attribute-text.ts'
import { maskedText } from '../model/masked-value.ts'
import { conditionText } from '../model/search-conditions.ts'
import { Menu, type MenuItem } from '../ui/menu.tsx'
import { copyText } from '../ui/copy.tsx'
import { announce } from './announcer.tsx'
import styles from './attribute-list.module.css'

const copy = (text: string): void => {
  void copyText(text).then((done) => announce(done ? 'Copied' : 'The browser refused to copy'))
}

/**
 * Attributes as a list of keys and values; every value is a handle. `onFilter` gets a condition in the search language;
 * without it, values can only be copied.
 */
export function AttributeList({
  attributes,
  level,
  onFilter,
}: {
  attributes: readonly Attribute[]
  level: FieldLevel | undefined
  onFilter?: ((condition: string) => void) | undefined
}) {
  return (
    <dl className={styles.list}>
      {attributes.map((attribute) => (
        <div key={attribute.key} className={styles.row}>
          <dt className={styles.key}>{attribute.key}</dt>
          <dd className={styles.value}>
            <Value attribute={attribute} level={level} onFilter={onFilter} />
          </dd>
        </div>
      ))}
    </dl>
  )
}

/** A value as a handle; one that looks like a secret is hidden until it is asked for. */
function Value({
  attribute,
  level,
  onFilter,
}: {
  attribute: Attribute
  level: FieldLevel | undefined
  onFilter: ((condition: string) => void) | undefined
}) {
  const [shown, setShown] = useState(false)
  const whole = valueText(attribute.value)
  const masked = maskedText(attribute.key, whole)
  const hidden = masked !== whole && !shown
  const text = hidden ? masked : whole
  const items = menuOf(attribute, level, onFilter, hidden)
  return (
    <Menu
      trigger={
        <button type="button" className={styles.handle} aria-label={`${attribute.key}: ${text}`}>
          <ValueText attribute={attribute} text={text} />
        </button>
      }
      items={
        masked === whole
          ? items
          : [{ label: hidden ? 'Show value' : 'Hide value', icon: 'key', run: () => setShown(hidden) }, ...items]
      }
    />
  )
}

function ValueText({ attribute: { value }, text }: { attribute: Attribute; text: string }) {
  if (value.type === 'empty') return <span className={styles.type}>empty</span>
  if (value.type === 'string') return <span className={styles.string}>{text === '' ? '""' : text}</span>
  return (
    <>
      <span className={styles.typed}>{text}</span>
      {value.type !== 'array' && value.type !== 'kvlist' && <span className={styles.type}>{value.type}</span>}
    </>
  )
}

function menuOf(
  attribute: Attribute,
  level: FieldLevel | undefined,
  onFilter: ((condition: string) => void) | undefined,
  hidden: boolean,
): MenuItem[] {
  const field = { level, key: attribute.key, value: attribute.value }
  const is = conditionText(field)
  const isNot = conditionText(field, '!=')
  const exists = conditionText({ ...field, value: { type: 'string', value: 'x' } }, ':')
  const filters: MenuItem[] =
    onFilter === undefined
      ? []
      : [
          ...(is === undefined
            ? []
            : [
                {
                  label: hidden ? 'Search for this value' : `Search for ${is}`,
                  icon: 'filter' as const,
                  run: () => onFilter(is),
                },
              ]),
          ...(isNot === undefined
            ? []
            : [{ label: 'Search without this value', icon: 'minus' as const, run: () => onFilter(isNot) }]),
          ...(exists === undefined
            ? []
            : [
                {
                  label: 'Search for any value of this key',
                  icon: 'search' as const,
                  run: () => onFilter(exists.replace(/:x$/, ':*')),
                },
              ]),
        ]
  return [
    ...filters,
    { label: 'Copy value', icon: 'copy', run: () => copy(valueText(attribute.value)) },
    { label: 'Copy key', icon: 'copy', run: () => copy(attribute.key) },
  ]
}
