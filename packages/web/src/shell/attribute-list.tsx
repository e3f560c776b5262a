import type { Attribute } from '@clew/contract/common'
import type { FieldLevel } from '@clew/lang/search/ast'
import { valueText } from '../model/attribute-text.ts'
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
            <Menu
              trigger={
                <button
                  type="button"
                  className={styles.handle}
                  aria-label={`${attribute.key}: ${valueText(attribute.value)}`}
                >
                  <ValueText attribute={attribute} />
                </button>
              }
              items={menuOf(attribute, level, onFilter)}
            />
          </dd>
        </div>
      ))}
    </dl>
  )
}

function ValueText({ attribute: { value } }: { attribute: Attribute }) {
  if (value.type === 'empty') return <span className={styles.type}>empty</span>
  const text = valueText(value)
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
            : [{ label: `Search for ${is}`, icon: 'filter' as const, run: () => onFilter(is) }]),
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
