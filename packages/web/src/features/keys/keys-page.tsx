import { type ReactNode, useMemo, useRef } from 'react'
import { ATTRIBUTE_LEVELS } from '@clew/contract/common'
import { KEY_SORTS, type KeyRow, listKeys } from '@clew/contract/keys'
import { useEndpoint } from '../../api/use-endpoint.ts'
import { useCommands } from '../../shell/commands.ts'
import { FindInput } from '../../shell/find-input.tsx'
import { useGo } from '../../shell/go.ts'
import { Page } from '../../shell/page.tsx'
import { QueryInfo } from '../../shell/query-info.tsx'
import { useListCursor } from '../../shell/use-list-cursor.ts'
import { useUrlState } from '../../shell/url-state.ts'
import { Button } from '../../ui/button.tsx'
import { Panel } from '../../ui/panel.tsx'
import { Select } from '../../ui/select.tsx'
import { EmptyState, ErrorState, LoadingState } from '../../ui/states.tsx'
import { Table } from '../../ui/table.tsx'
import { canDecide, useDecide } from './decide-menu.tsx'
import { keyColumns } from './key-columns.tsx'
import { searchHref } from './search-href.ts'
import { keysUrl } from './url.ts'
import styles from './keys.module.css'

const REFRESH_MS = 10_000
const LIMIT = 500

const LEVELS = [{ value: 'all' as const, label: 'any' }, ...ATTRIBUTE_LEVELS.map((value) => ({ value, label: value }))]

/** What attribute keys cost, how they are used, and which have columns of their own. */
export function KeysPage(): ReactNode {
  const [url, setUrl] = useUrlState(keysUrl)
  const find = useRef<HTMLInputElement>(null)
  const input = {
    ...(url.level === 'all' ? {} : { level: url.level }),
    find: url.find,
    sort: url.sort,
    order: url.order,
    limit: LIMIT,
  }
  const { data, error, loading, busy, refetch } = useEndpoint(listKeys, input, { refetchMs: REFRESH_MS, staleMs: 0 })
  const { decide, error: refused } = useDecide()
  const columns = useMemo(() => keyColumns(decide), [decide])
  const rows = data?.keys ?? []
  const toggle = (row: KeyRow | undefined): void => {
    if (row === undefined || !canDecide(row)) return
    decide(row, row.state === 'promoted' || row.state === 'filling' ? 'demote' : 'promote')
  }
  const go = useGo()
  const cursor = useListCursor({
    noun: 'key',
    count: rows.length,
    onOpen: (index) => {
      const row = rows[index]
      const href = row === undefined ? undefined : searchHref(row)
      if (href !== undefined) go(href)
    },
  })
  useCommands([
    { id: 'keys.find', title: 'Find a key', section: 'Attributes', hotkey: '/', run: () => find.current?.focus() },
    {
      id: 'keys.column',
      title: 'Give the key a column, or take it away',
      section: 'Attributes',
      hotkey: 'c',
      run: () => toggle(rows[cursor.index]),
    },
    {
      id: 'keys.used',
      title: 'Show what was used last',
      section: 'Attributes',
      run: () => setUrl({ sort: 'used', order: 'desc' }),
    },
  ])
  return (
    <Page title="Attributes" time={false} fixed>
      <div className={styles.tools}>
        <FindInput
          inputRef={find}
          label="Find a key"
          className={styles.find ?? ''}
          value={url.find}
          onChange={(text) => setUrl({ find: text }, { replace: true })}
        />
        <Select label="Level" prefix value={url.level} options={LEVELS} onChange={(level) => setUrl({ level })} />
        {data !== undefined && (
          <span className={styles.note}>
            {data.total} {data.total === 1 ? 'key' : 'keys'}; {data.promoted} promoted, at most {data.maxPromoted} a
            table
          </span>
        )}
        <span className={styles.grow} />
        <QueryInfo endpoint={listKeys} input={input} meta={data?.meta} />
      </div>
      {data !== undefined && (error !== null || refused !== null || data.trouble !== null) && (
        <p className={styles.trouble} role="alert">
          {refused !== null
            ? `Nothing was changed: ${messageOf(refused)}`
            : error !== null
              ? 'The server does not answer; these figures are old'
              : `The store cannot look after keys: ${data.trouble}`}
        </p>
      )}
      {error !== null && data === undefined ? (
        <ErrorState error={error} onRetry={refetch} />
      ) : (
        <Panel busy={busy} className={styles.grow}>
          {loading ? (
            <LoadingState label="Loading attribute keys" />
          ) : rows.length === 0 ? (
            <NoKeys
              narrowed={url.find !== '' || url.level !== 'all'}
              onClear={() => setUrl({ find: '', level: 'all' })}
            />
          ) : (
            <Table
              label="Attribute keys"
              columns={columns}
              rows={rows}
              rowKey={({ signal, level, key }) => `${signal} ${level} ${key}`}
              sort={{ column: url.sort, descending: url.order === 'desc' }}
              onSort={({ column, descending }) => {
                const sort = KEY_SORTS.find((one) => one === column)
                if (sort !== undefined) setUrl({ sort, order: descending ? 'desc' : 'asc' })
              }}
              selected={cursor.index}
            />
          )}
        </Panel>
      )}
    </Page>
  )
}

function NoKeys({ narrowed, onClear }: { readonly narrowed: boolean; readonly onClear: () => void }): ReactNode {
  if (!narrowed) return <EmptyState title="No telemetry has come yet, so there are no attribute keys" />
  return (
    <EmptyState title="No key fits">
      <Button onClick={onClear}>Show all keys</Button>
    </EmptyState>
  )
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
