import type { ReactNode } from 'react'
import { Icon } from './icon.tsx'
import { classNames } from './class-names.ts'
import styles from './table.module.css'

export interface Column<Row> {
  id: string
  title: string
  /** Numbers are right-aligned. */
  numeric?: boolean
  /** CSS width, for example `120px` or `30%`. */
  width?: string
  /** Present when the table can be sorted by this column. */
  sortable?: boolean
  cell: (row: Row) => ReactNode
}

export interface Sort {
  column: string
  descending: boolean
}

/**
 * A real table for up to some hundred rows, with sort state told to screen readers. Longer lists are virtual: see
 * `use-virtual-rows.ts`. `selected` highlights the row of the keyboard cursor.
 */
export function Table<Row>({
  label,
  columns,
  rows,
  rowKey,
  sort,
  onSort,
  onOpen,
  selected,
}: {
  label: string
  columns: readonly Column<Row>[]
  rows: readonly Row[]
  rowKey: (row: Row) => string
  sort?: Sort | undefined
  onSort?: (sort: Sort) => void
  onOpen?: ((row: Row) => void) | undefined
  selected?: number | undefined
}) {
  return (
    <div className={styles.scroll} tabIndex={0} role="region" aria-label={label}>
      <table className={styles.table}>
        <thead>
          <tr>
            {columns.map((column) => (
              <th
                key={column.id}
                scope="col"
                style={{ width: column.width }}
                className={classNames(column.numeric === true && styles.numeric)}
                aria-sort={sort?.column === column.id ? (sort.descending ? 'descending' : 'ascending') : undefined}
              >
                {column.sortable === true && onSort !== undefined ? (
                  <button type="button" className={styles.sort} onClick={() => onSort(nextSort(column, sort))}>
                    {column.title}
                    {sort?.column === column.id && (
                      <Icon name={sort.descending ? 'chevronDown' : 'chevronUp'} size={12} />
                    )}
                  </button>
                ) : (
                  column.title
                )}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <tr
              key={rowKey(row)}
              className={classNames(onOpen !== undefined && styles.clickable, selected === index && styles.selected)}
              onClick={onOpen === undefined ? undefined : () => onOpen(row)}
            >
              {columns.map((column) => (
                <td key={column.id} className={classNames(column.numeric === true && styles.numeric)}>
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

/** Numbers start with the largest, names with the first; a second click turns the order round. */
function nextSort<Row>(column: Column<Row>, sort: Sort | undefined): Sort {
  if (sort?.column === column.id) return { column: column.id, descending: !sort.descending }
  return { column: column.id, descending: column.numeric === true }
}
