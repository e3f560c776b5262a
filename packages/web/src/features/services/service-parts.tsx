import { type ReactNode, useMemo } from 'react'
import type { SpanKind } from '@clew/contract/common'
import type { Red } from '@clew/contract/services'
import { allOf, condition } from '../../model/condition.ts'
import { PageLink } from '../../shell/page-link.tsx'
import { ServiceName } from '../../shell/service-name.tsx'
import type { TimeRange } from '../../shell/time-range.ts'
import { pageHref, useUrlState } from '../../shell/url-state.ts'
import { Badge } from '../../ui/badge.tsx'
import { Panel } from '../../ui/panel.tsx'
import { type Column, Table } from '../../ui/table.tsx'
import { TimeShare, redColumns } from './red-cells.tsx'
import { serviceHref } from './service-list.tsx'
import { sortRed, totalNanos } from './sort-red.ts'
import { serviceUrl } from './url.ts'
import styles from './services.module.css'

interface Operation {
  readonly name: string
  readonly kind: SpanKind
  readonly red: Red
}

interface OperationsProps {
  readonly service: string
  readonly operations: readonly Operation[]
  readonly range: TimeRange
  readonly busy: boolean
}

/** What the service offers; each operation leads to its traces, its failures and its slow ones. */
export function Operations({ service, operations, range, busy }: OperationsProps): ReactNode {
  const [url, setUrl] = useUrlState(serviceUrl)
  const rows = useMemo(() => sortRed(operations, url.sort, url.order === 'desc'), [operations, url.sort, url.order])
  const all = operations.reduce((sum, { red }) => sum + (totalNanos(red) ?? 0), 0)
  const columns = useMemo(() => operationColumns(service, range.search, all), [service, range.search, all])
  return (
    <Panel title={`Operations (${operations.length})`} busy={busy}>
      {rows.length === 0 ? (
        <p className={styles.empty}>No entry spans in this time</p>
      ) : (
        <Table
          label={`Operations of ${service}`}
          columns={columns}
          rows={rows}
          rowKey={({ name, kind }) => `${kind} ${name}`}
          sort={{ column: url.sort, descending: url.order === 'desc' }}
          onSort={({ column, descending }) => {
            const next = serviceUrl.shape.sort.parse(column)
            setUrl({ sort: next, order: descending ? 'desc' : 'asc' })
          }}
        />
      )}
    </Panel>
  )
}

function operationColumns(
  service: string,
  search: Readonly<Record<string, unknown>>,
  all: number,
): Column<Operation>[] {
  const query = ({ name, kind }: Operation, ...more: string[]): string =>
    pageHref('/traces', {
      ...search,
      q: allOf(condition('service', service), condition('name', name), condition('kind', kind), ...more),
    })
  return [
    {
      id: 'name',
      title: 'Operation',
      sortable: true,
      width: '34%',
      cell: (row) => <PageLink href={query(row)}>{row.name === '' ? '(no name)' : row.name}</PageLink>,
    },
    { id: 'kind', title: 'Kind', cell: ({ kind }) => <Badge>{kind}</Badge> },
    ...redColumns<Operation>(true),
    {
      id: 'time',
      title: 'Time',
      sortable: true,
      numeric: false,
      cell: ({ red }) => <TimeShare red={red} all={all} />,
    },
    {
      id: 'links',
      title: 'Traces',
      cell: (row) => (
        <span className={styles.tools}>
          {row.red.errors > 0 && (
            <PageLink href={query(row, condition('status', 'error'))} aria-label={`Failed traces of ${row.name}`}>
              failed
            </PageLink>
          )}
          {row.red.p95Nanos !== null && (
            <PageLink
              href={query(row, `duration>=${Math.max(1, Math.floor(row.red.p95Nanos))}ns`)}
              aria-label={`Slowest 5 % of ${row.name}`}
            >
              slow
            </PageLink>
          )}
        </span>
      ),
    },
  ]
}

interface Neighbour {
  readonly service: string
  readonly kind: string
  readonly red: Red
}

interface NeighboursProps {
  readonly title: string
  readonly nobody: string
  readonly rows: readonly Neighbour[]
  readonly range: TimeRange
  readonly busy: boolean
}

/** Services and stores that this one talks to. */
export function Neighbours({ title, nobody, rows, range, busy }: NeighboursProps): ReactNode {
  const columns = useMemo(() => neighbourColumns(title, range.search), [title, range.search])
  const sorted = useMemo(
    () =>
      sortRed(
        rows.map((row) => ({ ...row, name: row.service })),
        'rate',
        true,
      ),
    [rows],
  )
  return (
    <Panel title={title} busy={busy}>
      {rows.length === 0 ? (
        <p className={styles.empty}>{nobody}</p>
      ) : (
        <Table label={title} columns={columns} rows={sorted} rowKey={(row) => `${row.kind} ${row.service}`} />
      )}
    </Panel>
  )
}

function neighbourColumns(title: string, search: Readonly<Record<string, unknown>>): Column<Neighbour>[] {
  return [
    {
      id: 'name',
      title,
      width: '40%',
      cell: ({ service, kind }) =>
        kind === 'call' || kind === 'messaging' ? (
          <PageLink href={serviceHref(service, search)} className={styles.link}>
            <ServiceName name={service} detail={kind === 'call' ? undefined : kind} />
          </PageLink>
        ) : (
          <ServiceName name={service} detail={kind} />
        ),
    },
    ...redColumns<Neighbour>(false),
  ]
}

interface ResourcesProps {
  readonly service: string
  readonly resources: readonly { readonly key: string; readonly values: readonly string[] }[]
  readonly range: TimeRange
}

/** Where it runs: resource attributes and their values; a value leads to its traces. */
export function Resources({ service, resources, range }: ResourcesProps): ReactNode {
  if (resources.length === 0) return null
  return (
    <Panel title="Resource">
      <dl className={styles.attributes}>
        {resources.map(({ key, values }) => (
          <div key={key} style={{ display: 'contents' }}>
            <dt>{key}</dt>
            <dd>
              {values.map((value) => (
                <PageLink
                  key={value}
                  className={styles.chip}
                  title={`Traces with ${key} ${value}`}
                  href={pageHref('/traces', {
                    ...range.search,
                    q: allOf(condition('service', service), condition({ key, level: 'resource' }, value)),
                  })}
                >
                  {value}
                </PageLink>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </Panel>
  )
}
