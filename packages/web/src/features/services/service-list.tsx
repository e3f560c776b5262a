import { type ReactNode, useMemo, useRef } from 'react'
import type { z } from 'zod'
import { type listServices as Definition, listServices } from '@clew/contract/services'
import type { OutputOf } from '@clew/contract/endpoint'
import { useEndpoint } from '../../api/use-endpoint.ts'
import { formatValue } from '../../charts/format-value.ts'
import { Sparkline } from '../../charts/sparkline.tsx'
import { formatAge, formatExactUtc } from '../../model/format-time.ts'
import { useCommands } from '../../shell/commands.ts'
import { useGo } from '../../shell/go.ts'
import { FindInput } from '../../shell/find-input.tsx'
import { PageLink } from '../../shell/page-link.tsx'
import { QueryInfo } from '../../shell/query-info.tsx'
import { ServiceName } from '../../shell/service-name.tsx'
import { useNow } from '../../shell/use-now.ts'
import { useTimeRange } from '../../shell/time-range.ts'
import { pageHref } from '../../shell/url-state.ts'
import { useListCursor } from '../../shell/use-list-cursor.ts'
import { Panel } from '../../ui/panel.tsx'
import { EmptyState, ErrorState, LoadingState } from '../../ui/states.tsx'
import { type Column, Table } from '../../ui/table.tsx'
import { Button } from '../../ui/button.tsx'
import { Duration, ErrorShare, Rate } from './red-cells.tsx'
import { errorRatios, rates } from './red-series.ts'
import { sortRed } from './sort-red.ts'
import { type ServiceSort, SERVICE_SORTS, type servicesUrl } from './url.ts'
import styles from './services.module.css'

type Service = OutputOf<typeof Definition>['services'][number]
type ServicesUrl = z.output<typeof servicesUrl>

interface ServiceListProps {
  readonly url: ServicesUrl
  readonly setUrl: (patch: Partial<ServicesUrl>, options?: { replace?: boolean }) => void
}

const REFRESH_MS = 15_000

/** The table of all services. */
export function ServiceList({ url, setUrl }: ServiceListProps): ReactNode {
  const range = useTimeRange()
  const go = useGo()
  const find = useRef<HTMLInputElement>(null)
  const input = { start: range.start, end: range.end }
  const { data, error, loading, busy, refetch } = useEndpoint(listServices, input, {
    refetchMs: range.relative ? REFRESH_MS : undefined,
  })
  const rows = useMemo(() => {
    const wanted = url.find.toLowerCase()
    const found = (data?.services ?? []).filter(({ name }) => name.toLowerCase().includes(wanted))
    return sortRed(found, url.sort, url.order === 'desc')
  }, [data, url.find, url.sort, url.order])
  const open = (service: Service): void => go(serviceHref(service.name, range.search))
  const cursor = useListCursor({
    noun: 'service',
    count: rows.length,
    onOpen: (index) => {
      const row = rows[index]
      if (row !== undefined) open(row)
    },
  })
  useCommands([
    {
      id: 'services.find',
      title: 'Find a service',
      section: 'Services',
      hotkey: '/',
      run: () => find.current?.focus(),
    },
    {
      id: 'services.graph',
      title: 'Show the service graph',
      section: 'Services',
      run: () => setUrl({ view: 'graph' }),
    },
  ])
  const columns = useMemo(() => serviceColumns(range.search), [range.search])
  if (error !== null && data === undefined) return <ErrorState error={error} onRetry={refetch} />
  return (
    <>
      <div className={styles.tools}>
        <FindInput
          inputRef={find}
          label="Find a service"
          className={styles.find ?? ''}
          value={url.find}
          onChange={(text) => setUrl({ find: text }, { replace: true })}
        />
        <span className={styles.note}>
          {data !== undefined &&
            (rows.length === data.services.length
              ? `${rows.length} services`
              : `${rows.length} of ${data.services.length} services`)}
        </span>
        <span className={styles.grow} />
        <QueryInfo endpoint={listServices} input={input} meta={data?.meta} />
      </div>
      <Panel busy={busy} className={styles.grow}>
        {loading ? (
          <LoadingState label="Loading services" />
        ) : rows.length === 0 ? (
          <NoServices
            find={url.find}
            onClear={() => setUrl({ find: '' })}
            onWiden={() => range.set('now-24h', 'now')}
          />
        ) : (
          <Table
            label="Services"
            columns={columns}
            rows={rows}
            rowKey={({ name }) => name}
            sort={{ column: url.sort, descending: url.order === 'desc' }}
            onSort={({ column, descending }) => {
              const sort = SERVICE_SORTS.find((one) => one === column)
              if (sort !== undefined) setUrl({ sort, order: descending ? 'desc' : 'asc' })
            }}
            onOpen={open}
            selected={cursor.index}
          />
        )}
      </Panel>
    </>
  )
}

function NoServices(props: {
  readonly find: string
  readonly onClear: () => void
  readonly onWiden: () => void
}): ReactNode {
  if (props.find !== '') {
    return (
      <EmptyState title={`No service has “${props.find}” in its name`}>
        <Button onClick={props.onClear}>Show all services</Button>
      </EmptyState>
    )
  }
  return (
    <EmptyState title="No service sent spans in this time">
      <Button onClick={props.onWiden}>Look at the last 24 hours</Button>
    </EmptyState>
  )
}

function LastSeen({ nanos }: { readonly nanos: string }): ReactNode {
  const nowMs = useNow()
  return (
    <span className={styles.faint} title={formatExactUtc(nanos)}>
      {formatAge(nanos, nowMs)}
    </span>
  )
}

/** Address of a service's page. */
export function serviceHref(service: string, search: Readonly<Record<string, unknown>>): string {
  return pageHref(`/services/${encodeURIComponent(service)}`, search)
}

function serviceColumns(search: Readonly<Record<string, unknown>>): Column<Service>[] {
  const sortable = true
  const titled: Record<ServiceSort, string> = {
    name: 'Service',
    rate: 'Rate',
    errors: 'Failed',
    p50: 'p50',
    p95: 'p95',
    p99: 'p99',
    seen: 'Last seen',
  }
  const numeric = (id: ServiceSort, cell: (row: Service) => ReactNode): Column<Service> => ({
    id,
    title: titled[id],
    numeric: true,
    sortable,
    cell,
  })
  return [
    {
      id: 'name',
      title: titled.name,
      sortable,
      width: '26%',
      cell: ({ name }) => (
        <PageLink href={serviceHref(name, search)} className={styles.link} onClick={(event) => event.stopPropagation()}>
          <ServiceName name={name} />
        </PageLink>
      ),
    },
    numeric('rate', ({ name, red, series }) => (
      <span className={styles.trend}>
        <Sparkline
          label={`Calls of ${name}: ${formatValue(red.callsPerSecond, '/s')} on average`}
          values={rates(series)}
        />
        <Rate red={red} />
      </span>
    )),
    numeric('errors', ({ name, red, series }) => (
      <span className={styles.trend}>
        <Sparkline
          label={`Failed calls of ${name}: ${red.errors} of ${red.calls}`}
          colorToken={red.errors > 0 ? '--error-mark' : '--text-faint'}
          values={errorRatios(series)}
          max={Math.max(0.05, ...errorRatios(series).map((ratio) => ratio ?? 0))}
        />
        <ErrorShare red={red} />
      </span>
    )),
    numeric('p50', ({ red }) => <Duration nanos={red.p50Nanos} />),
    numeric('p95', ({ name, red, series }) => (
      <span className={styles.trend}>
        <Sparkline
          label={`95th percentile of ${name}: ${formatValue(red.p95Nanos, 'ns')}`}
          colorToken="--service-12"
          values={series.p95Nanos}
        />
        <Duration nanos={red.p95Nanos} />
      </span>
    )),
    numeric('p99', ({ red }) => <Duration nanos={red.p99Nanos} />),
    numeric('seen', ({ lastSeenNanos }) => <LastSeen nanos={lastSeenNanos} />),
  ]
}
