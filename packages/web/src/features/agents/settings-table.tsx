import { type ReactNode, useMemo } from 'react'
import { useMutation } from '@tanstack/react-query'
import { type AgentSettings, clearAgents } from '@clew/contract/agents'
import { callEndpoint } from '@clew/contract/client'
import { formatExactUtc, formatTime } from '../../model/format-time.ts'
import { announce } from '../../shell/announcer.tsx'
import { Button } from '../../ui/button.tsx'
import { ErrorState } from '../../ui/states.tsx'
import { type Column, Table } from '../../ui/table.tsx'
import { settingsText } from './settings-text.ts'
import styles from './agents.module.css'

/** What is set for whom and until when, with a way to take it back. */
export function SettingsTable(props: {
  readonly settings: readonly AgentSettings[]
  readonly onChanged: () => void
}): ReactNode {
  const { settings, onChanged } = props
  const { mutate, error, isPending } = useMutation({
    mutationFn: (id: string) => callEndpoint(clearAgents, { id }),
    onSuccess: () => announce('Cleared'),
    // One that has run out meanwhile is gone too.
    onSettled: onChanged,
  })
  const columns = useMemo(
    (): readonly Column<AgentSettings>[] => [
      {
        id: 'target',
        title: 'For',
        width: '22%',
        cell: ({ service, agent }) =>
          agent === null ? (service === '*' ? 'all services' : service) : `${service}, one agent`,
      },
      {
        id: 'what',
        title: 'What',
        cell: ({ settings: set }) => <span title={JSON.stringify(set)}>{settingsText(set)}</span>,
      },
      {
        id: 'until',
        title: 'Until',
        width: '120px',
        cell: ({ untilNanos }) =>
          untilNanos === null ? (
            <span className={styles.dim}>cleared</span>
          ) : (
            <time title={formatExactUtc(untilNanos)}>{formatTime(untilNanos).replace(/[.,]\d+$/, '')}</time>
          ),
      },
      { id: 'agents', title: 'Agents', numeric: true, width: '80px', cell: ({ agents }) => agents },
      {
        id: 'clear',
        title: '',
        width: '90px',
        cell: ({ id, service }) => (
          <Button
            look="quiet"
            disabled={isPending}
            aria-label={`Clear what is set for ${service}`}
            onClick={() => mutate(id)}
          >
            Clear
          </Button>
        ),
      },
    ],
    [isPending, mutate],
  )
  return (
    <>
      {error !== null && <ErrorState error={error} />}
      <Table label="What is set" columns={columns} rows={settings} rowKey={({ id }) => id} />
    </>
  )
}
