import type { ReactNode } from 'react'
import type { KeyRow, KeySort } from '@clew/contract/keys'
import { exactValue } from '../../charts/format-value.ts'
import { formatBytes, formatCount } from '../../model/format-count.ts'
import { formatAge, formatExactUtc } from '../../model/format-time.ts'
import { PageLink } from '../../shell/page-link.tsx'
import { useNow } from '../../shell/use-now.ts'
import { Badge } from '../../ui/badge.tsx'
import type { Column } from '../../ui/table.tsx'
import { Tooltip } from '../../ui/tooltip.tsx'
import { DecideMenu } from './decide-menu.tsx'
import { searchHref } from './search-href.ts'
import { compressedText, distinctText, stateText, typesText } from './key-text.ts'
import styles from './keys.module.css'

/** The columns of the table of keys. */
export function keyColumns(onDecide: (row: KeyRow, action: 'promote' | 'demote' | 'auto') => void): Column<KeyRow>[] {
  const numeric = (id: KeySort, title: string, cell: (row: KeyRow) => ReactNode): Column<KeyRow> => ({
    id,
    title,
    numeric: true,
    sortable: true,
    cell,
  })
  return [
    { id: 'key', title: 'Key', sortable: true, width: '24%', cell: (row) => <KeyName row={row} /> },
    { id: 'level', title: 'Level', cell: ({ level }) => <span className={styles.dim}>{level}</span> },
    { id: 'type', title: 'Type', cell: (row) => <span className={styles.types}>{typesText(row)}</span> },
    numeric('count', 'Count', ({ count }) => <span title={exactValue(count)}>{formatCount(count)}</span>),
    numeric('bytes', 'Bytes', ({ bytes }) => <span title={exactValue(bytes, 'bytes')}>{formatBytes(bytes)}</span>),
    numeric('compressed', 'On disk', (row) => (
      <span title={row.compressed?.estimated === true ? 'Estimated from a sample of the newest day' : undefined}>
        {compressedText(row)}
      </span>
    )),
    numeric('distinct', 'Values', (row) => (
      <span title={row.distinct?.exact === false ? 'Different values in a sample of the newest day' : undefined}>
        {distinctText(row)}
      </span>
    )),
    numeric('uses', 'Uses', ({ filters, groups }) => (
      <span title={`${filters} searches filtered by it, ${groups} questions grouped by it`}>
        {formatCount(filters + groups)}
      </span>
    )),
    numeric('used', 'Last used', ({ lastUsedNanos }) => <LastUsed nanos={lastUsedNanos} />),
    {
      id: 'state',
      title: 'Column',
      cell: (row) => {
        const { label, tone, detail } = stateText(row)
        return (
          <span className={styles.state}>
            <Tooltip content={detail}>
              <span tabIndex={0}>
                <Badge tone={tone}>{label}</Badge>
                <span className="visually-hidden">. {detail}</span>
              </span>
            </Tooltip>
            <DecideMenu row={row} onDecide={(action) => onDecide(row, action)} />
          </span>
        )
      },
    },
  ]
}

function KeyName({ row }: { readonly row: KeyRow }): ReactNode {
  const href = searchHref(row)
  const name = <code className={styles.key}>{row.key}</code>
  if (href === undefined) return name
  return (
    <PageLink href={href} className={styles.link} title={`Find what has ${row.key}`}>
      {name}
    </PageLink>
  )
}

function LastUsed({ nanos }: { readonly nanos: string | null }): ReactNode {
  const nowMs = useNow()
  if (nanos === null) return <span className={styles.faint}>never</span>
  return (
    <span className={styles.dim} title={formatExactUtc(nanos)}>
      {formatAge(nanos, nowMs)}
    </span>
  )
}
