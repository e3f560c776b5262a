import { type ReactNode, useMemo, useRef, useState } from 'react'
import { type AgentInfo, listAgents } from '@clew/contract/agents'
import { useEndpoint } from '../../api/use-endpoint.ts'
import { formatAge, formatExactUtc } from '../../model/format-time.ts'
import { useCommands } from '../../shell/commands.ts'
import { FindInput } from '../../shell/find-input.tsx'
import { Page } from '../../shell/page.tsx'
import { ServiceName } from '../../shell/service-name.tsx'
import { useUrlState } from '../../shell/url-state.ts'
import { useListCursor } from '../../shell/use-list-cursor.ts'
import { useNow } from '../../shell/use-now.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { Panel } from '../../ui/panel.tsx'
import { EmptyState, ErrorState, LoadingState } from '../../ui/states.tsx'
import { type Column, Table } from '../../ui/table.tsx'
import { AgentPanel } from './agent-panel.tsx'
import { AgentState } from './agent-state.tsx'
import { SetDialog } from './set-dialog.tsx'
import { SettingsTable } from './settings-table.tsx'
import { agentsUrl } from './url.ts'
import styles from './agents.module.css'

const POLL_MS = 2000

/** Agents of running programs: how they are, what is in force, and what is set for them. */
export function AgentsPage(): ReactNode {
  const [url, setUrl] = useUrlState(agentsUrl)
  const find = useRef<HTMLInputElement>(null)
  const [setting, setSetting] = useState<{ service: string; agent?: string } | undefined>()
  const { data, error, loading, refetch } = useEndpoint(listAgents, {}, { staleMs: 0, refetchMs: POLL_MS })
  const rows = useMemo(() => {
    const wanted = url.find.toLowerCase()
    return (data?.agents ?? []).filter(({ service, host, id, agent }) =>
      `${service} ${host} ${id} ${agent}`.toLowerCase().includes(wanted),
    )
  }, [data, url.find])
  const opened = data?.agents.find(({ id }) => id === url.agent)
  const open = (agent: AgentInfo | undefined): void => setUrl({ agent: agent?.id ?? '' })
  const cursor = useListCursor({ noun: 'agent', count: rows.length, onOpen: (index) => open(rows[index]) })
  useCommands([
    { id: 'agents.find', title: 'Find an agent', section: 'Agents', hotkey: '/', run: () => find.current?.focus() },
    {
      id: 'agents.set',
      title: 'Set something for a service',
      section: 'Agents',
      hotkey: 's',
      run: () => setSetting({ service: '' }),
    },
    { id: 'agents.close', title: 'Close the agent', section: 'Agents', hotkey: 'escape', run: () => open(undefined) },
  ])
  return (
    <Page
      title="Agents"
      time={false}
      fixed
      actions={
        <Button icon="filter" onClick={() => setSetting({ service: opened?.service ?? '' })}>
          Set for a service
        </Button>
      }
    >
      {error !== null && data === undefined ? (
        <ErrorState error={error} onRetry={refetch} />
      ) : (
        <div className={styles.columns}>
          <div className={styles.lists}>
            <div className={styles.tools}>
              <FindInput
                inputRef={find}
                label="Find an agent"
                value={url.find}
                onChange={(text) => setUrl({ find: text }, { replace: true })}
              />
              <span className={styles.dim}>{data !== undefined && countText(rows, data.agents)}</span>
            </div>
            {error !== null && (
              <p className={styles.problem} role="alert">
                The server does not answer; this is how it was.
              </p>
            )}
            <Panel className={styles.grow}>
              {loading ? (
                <LoadingState label="Loading agents" />
              ) : rows.length === 0 ? (
                <NoAgents find={url.find} onClear={() => setUrl({ find: '' })} />
              ) : (
                <Table
                  label="Agents"
                  columns={COLUMNS}
                  rows={rows}
                  rowKey={({ id }) => id}
                  onOpen={open}
                  selected={cursor.index}
                />
              )}
            </Panel>
            {data !== undefined && data.settings.length > 0 && (
              <Panel title="What is set">
                <SettingsTable settings={data.settings} onChanged={refetch} />
              </Panel>
            )}
          </div>
          {opened !== undefined && (
            <AgentPanel
              agent={opened}
              onClose={() => open(undefined)}
              onSet={() => setSetting({ service: opened.service, agent: opened.id })}
            />
          )}
        </div>
      )}
      {setting !== undefined && (
        <SetDialog
          service={setting.service}
          agent={setting.agent}
          onClose={() => setSetting(undefined)}
          onDone={() => {
            setSetting(undefined)
            refetch()
          }}
        />
      )}
    </Page>
  )
}

function countText(rows: readonly AgentInfo[], all: readonly AgentInfo[]): string {
  const connected = rows.filter((agent) => agent.connected).length
  const shown = rows.length === all.length ? `${all.length}` : `${rows.length} of ${all.length}`
  return `${shown} agents, ${connected} connected`
}

function NoAgents({ find, onClear }: { readonly find: string; readonly onClear: () => void }): ReactNode {
  if (find !== '') {
    return (
      <EmptyState title={`No agent has “${find}” in it`}>
        <Button onClick={onClear}>Show all agents</Button>
      </EmptyState>
    )
  }
  return (
    <EmptyState title="No agent is connected">
      Start a program with <code>clew run -- node app.js</code>: its agent appears here, and can be steered while it
      runs.
    </EmptyState>
  )
}

function LastSeen({ nanos }: { readonly nanos: string }): ReactNode {
  const nowMs = useNow()
  return (
    <span className={styles.dim} title={formatExactUtc(nanos)}>
      {formatAge(nanos, nowMs)}
    </span>
  )
}

const COLUMNS: readonly Column<AgentInfo>[] = [
  { id: 'service', title: 'Service', width: '24%', cell: ({ service }) => <ServiceName name={service} /> },
  { id: 'version', title: 'Version', cell: ({ version }) => (version === '' ? '–' : version) },
  { id: 'agent', title: 'Agent', cell: ({ agent }) => <span title={agent}>{agent}</span> },
  { id: 'process', title: 'Process', cell: ({ pid, host }) => `${pid} on ${host}` },
  { id: 'state', title: 'Health', cell: (agent) => <AgentState agent={agent} /> },
  {
    id: 'config',
    title: 'Settings',
    cell: ({ controllable, configStatus }) => (
      <Badge tone={configStatus === 'failed' ? 'error' : configStatus === 'pending' ? 'warn' : 'plain'}>
        {controllable ? configStatus : 'reports only'}
      </Badge>
    ),
  },
  { id: 'seen', title: 'Last seen', numeric: true, cell: ({ lastSeenNanos }) => <LastSeen nanos={lastSeenNanos} /> },
]
