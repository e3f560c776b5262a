import type { ReactNode } from 'react'
import { useParams } from '@tanstack/react-router'
import { getService } from '@clew/contract/services'
import type { OutputOf } from '@clew/contract/endpoint'
import { useEndpoint } from '../../api/use-endpoint.ts'
import { TimeChart } from '../../charts/time-chart.tsx'
import { allOf, condition } from '../../model/condition.ts'
import { formatCount } from '../../model/format-count.ts'
import { useCommands } from '../../shell/commands.ts'
import { useGo } from '../../shell/go.ts'
import { PageLink } from '../../shell/page-link.tsx'
import { Page } from '../../shell/page.tsx'
import { QueryInfo } from '../../shell/query-info.tsx'
import { ServiceName } from '../../shell/service-name.tsx'
import { type TimeRange, useTimeRange } from '../../shell/time-range.ts'
import { pageHref } from '../../shell/url-state.ts'
import { Panel } from '../../ui/panel.tsx'
import { EmptyState, ErrorState, LoadingState } from '../../ui/states.tsx'
import { AgentFindings } from './agent-findings.tsx'
import { Duration, ErrorShare, Rate } from './red-cells.tsx'
import { durationLines, errorLines, rateLines, redSteps } from './red-series.ts'
import { Neighbours, Operations, Resources } from './service-parts.tsx'
import styles from './services.module.css'

const REFRESH_MS = 15_000

/** One service: how it does, what it offers, who calls it and whom it calls. */
export function ServicePage(): ReactNode {
  const { service = '' }: { service?: string } = useParams({ strict: false })
  const range = useTimeRange()
  const go = useGo()
  const input = { service, start: range.start, end: range.end, steps: 80 }
  const { data, error, loading, busy, refetch } = useEndpoint(getService, input, {
    refetchMs: range.relative ? REFRESH_MS : undefined,
  })
  const links = serviceLinks(service, range.search)
  useCommands([
    { id: 'service.traces', title: `Show traces of ${service}`, section: 'Service', run: () => go(links.traces) },
    {
      id: 'service.failed',
      title: `Show failed traces of ${service}`,
      section: 'Service',
      run: () => go(links.failed),
    },
    { id: 'service.logs', title: `Show logs of ${service}`, section: 'Service', run: () => go(links.logs) },
    { id: 'service.metrics', title: `Show metrics of ${service}`, section: 'Service', run: () => go(links.metrics) },
  ])
  return (
    <Page title={service} heading={<ServiceName name={service} />}>
      <nav className={styles.tools} aria-label={`More of ${service}`}>
        <PageLink href={pageHref('/services', range.search)}>All services</PageLink>
        <PageLink href={links.traces}>Traces</PageLink>
        <PageLink href={links.failed}>Failed traces</PageLink>
        <PageLink href={links.logs}>Logs</PageLink>
        <PageLink href={links.metrics}>Metrics</PageLink>
        <span className={styles.grow} />
        <QueryInfo endpoint={getService} input={input} meta={data?.meta} />
      </nav>
      {data === undefined && error !== null && <ErrorState error={error} onRetry={refetch} />}
      {loading && <LoadingState label={`Loading ${service}`} rows={10} />}
      {data !== undefined && <ServiceBody data={data} busy={busy} range={range} />}
    </Page>
  )
}

interface ServiceBodyProps {
  readonly data: OutputOf<typeof getService>
  readonly busy: boolean
  readonly range: TimeRange
}

function ServiceBody({ data, busy, range }: ServiceBodyProps): ReactNode {
  const { red, series, name } = data
  const steps = redSteps(series)
  if (red.calls === 0 && data.operations.length === 0) {
    return <EmptyState title={`${name} sent no spans in this time`}>Choose a longer time range above.</EmptyState>
  }
  const failed = series.errors.some((errors) => errors > 0)
  return (
    <>
      <dl className={styles.summary}>
        <Figure title="Calls">{formatCount(red.calls)}</Figure>
        <Figure title="Rate">
          <Rate red={red} />
        </Figure>
        <Figure title="Failed">
          <ErrorShare red={red} />
        </Figure>
        <Figure title="p50">
          <Duration nanos={red.p50Nanos} />
        </Figure>
        <Figure title="p95">
          <Duration nanos={red.p95Nanos} />
        </Figure>
        <Figure title="p99">
          <Duration nanos={red.p99Nanos} />
        </Figure>
      </dl>
      <div className={styles.charts}>
        <Panel title="Rate" busy={busy}>
          <div className={styles.chart}>
            <TimeChart
              label={`Calls a second of ${name}`}
              steps={steps}
              series={rateLines(series)}
              unit="/s"
              onZoom={range.zoomTo}
            />
          </div>
        </Panel>
        <Panel title={failed ? 'Failed' : 'Failed: none'} busy={busy}>
          <div className={styles.chart}>
            <TimeChart
              label={`Failed calls of ${name}`}
              steps={steps}
              series={errorLines(series)}
              unit="%"
              onZoom={range.zoomTo}
            />
          </div>
        </Panel>
        <Panel title="Duration" busy={busy}>
          <div className={styles.chart}>
            <TimeChart
              label={`Duration of ${name}`}
              steps={steps}
              series={durationLines(series)}
              unit="ns"
              height={134}
              onZoom={range.zoomTo}
            />
          </div>
        </Panel>
      </div>
      <AgentFindings service={name} range={range} />
      <Operations service={name} operations={data.operations} range={range} busy={busy} />
      <div className={styles.columns}>
        <Neighbours
          title="Called by"
          nobody="No other service calls it"
          rows={data.callers.map((caller) => ({ ...caller, kind: 'call' }))}
          range={range}
          busy={busy}
        />
        <Neighbours title="Calls" nobody="It calls nobody" rows={data.callees} range={range} busy={busy} />
      </div>
      <Resources service={name} resources={data.resources} range={range} />
    </>
  )
}

function Figure({ title, children }: { readonly title: string; readonly children: ReactNode }): ReactNode {
  return (
    <div>
      <dt>{title}</dt>
      <dd>{children}</dd>
    </div>
  )
}

function serviceLinks(
  service: string,
  search: Readonly<Record<string, unknown>>,
): { readonly traces: string; readonly failed: string; readonly logs: string; readonly metrics: string } {
  const of = condition('service', service)
  return {
    traces: pageHref('/traces', { ...search, q: of }),
    failed: pageHref('/traces', { ...search, q: allOf(of, condition('status', 'error')) }),
    logs: pageHref('/logs', { ...search, q: of }),
    metrics: pageHref('/explore/metrics', { ...search, service }),
  }
}
