import { type ReactNode, useMemo } from 'react'
import { searchLogs } from '@clew/contract/logs'
import { useEndpoint } from '../../api/use-endpoint.ts'
import { allOf, condition } from '../../model/condition.ts'
import { PageLink } from '../../shell/page-link.tsx'
import type { TimeRange } from '../../shell/time-range.ts'
import { pageHref } from '../../shell/url-state.ts'
import { Badge } from '../../ui/badge.tsx'
import { Panel } from '../../ui/panel.tsx'
import styles from './services.module.css'

/** In the search language: a field of log records, not an attribute. */
const EVENT = 'event.name:clew.agent.finding'

interface AgentFindingsProps {
  readonly service: string
  readonly range: TimeRange
}

/** What the agent of this service could not instrument, and why; nothing when it has not complained. */
export function AgentFindings({ service, range }: AgentFindingsProps): ReactNode {
  const q = allOf(condition('service', service), EVENT)
  const { data } = useEndpoint(searchLogs, { q, start: range.start, end: range.end, limit: 200 })
  const findings = useMemo(() => {
    const byText = new Map<string, string>()
    for (const { text, attributes } of data?.logs ?? []) {
      const kind = attributes.find(({ key }) => key === 'clew.finding.kind')?.value
      byText.set(text, kind?.type === 'string' ? kind.value : 'finding')
    }
    return [...byText]
  }, [data])
  if (findings.length === 0) return null
  return (
    <Panel title={`Not instrumented as it could be (${findings.length})`}>
      <ul className={styles.findings}>
        {findings.map(([text, kind]) => (
          <li key={text}>
            <Badge tone="warn">{kind}</Badge> {text}
          </li>
        ))}
      </ul>
      <p className={styles.empty}>
        <PageLink href={pageHref('/logs', { ...range.search, q })}>Open in logs</PageLink>
      </p>
    </Panel>
  )
}
