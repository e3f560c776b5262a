import { useEffect, useState } from 'react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { callEndpoint } from '@clew/contract/client'
import { getStatus, sendTestTrace } from '@clew/contract/status'
import { searchTraces } from '@clew/contract/traces'
import { useEndpoint } from '../api/use-endpoint.ts'
import { Button } from '../ui/button.tsx'
import { CopyableCommand } from '../ui/copy.tsx'
import { Icon } from '../ui/icon.tsx'
import { ErrorState, LoadingState } from '../ui/states.tsx'
import { Tabs } from '../ui/tabs.tsx'
import { classNames } from '../ui/class-names.ts'
import { announce } from './announcer.tsx'
import { useGo } from './go.ts'
import { pageHref } from './url-state.ts'
import styles from './first-data.module.css'

const POLL_MS = 1000

/** Whether anything has ever been stored here; undefined until known. */
export function useHasData(): boolean | undefined {
  return useEndpoint(getStatus, {}, { staleMs: 5_000 }).data?.hasData
}

/**
 * The page of an installation without telemetry: the exact commands for it, a test trace, and a live check that turns
 * green when the first item arrives. `onContinue` leaves it.
 */
export function FirstData({ onContinue }: { onContinue: () => void }) {
  const status = useEndpoint(getStatus, {}, { refetchMs: POLL_MS, staleMs: 0 })
  const arrived = status.data?.hasData === true
  const newest = useEndpoint(
    searchTraces,
    { start: 'now-7d', limit: 1 },
    { enabled: arrived, refetchMs: POLL_MS, staleMs: 0 },
  )
  const first = newest.data?.traces[0]
  const go = useGo()
  const client = useQueryClient()
  const [way, setWay] = useState('')
  const send = useMutation({ mutationFn: () => callEndpoint(sendTestTrace, {}) })
  useEffect(() => {
    if (arrived) announce('The first telemetry has arrived')
  }, [arrived])

  if (status.data === undefined) {
    return status.error === null ? <LoadingState /> : <ErrorState error={status.error} onRetry={status.refetch} />
  }
  const { setup } = status.data
  const chosen = setup.find((entry) => entry.id === way) ?? setup[0]
  const leave = (href: string): void => {
    void client.invalidateQueries()
    go(href)
  }
  return (
    <div className={styles.page}>
      <h2 className={styles.title}>Send the first trace</h2>
      <p className={styles.lead}>
        Clew listens on {status.data.endpoints.otlpGrpc} (gRPC) and {status.data.endpoints.otlpHttp} (HTTP). Any
        OpenTelemetry SDK or Collector can send to it; or start a program like this:
      </p>
      {chosen !== undefined && (
        <Tabs
          label="Ways to send telemetry"
          value={chosen.id}
          onChange={setWay}
          tabs={setup.map((entry) => ({
            value: entry.id,
            label: entry.title,
            content: () => (
              <div className={styles.command}>
                <CopyableCommand command={entry.command} />
              </div>
            ),
          }))}
        />
      )}
      <div className={classNames(styles.check, arrived && styles.arrived)}>
        <span className={styles.light} aria-hidden="true">
          {arrived && <Icon name="check" size={12} />}
        </span>
        <p className={styles.text}>
          {checkText(arrived, first?.rootService ?? first?.services[0]?.name, first?.rootName)}
        </p>
        {arrived ? (
          <>
            {first !== undefined && (
              <Button look="primary" onClick={() => leave(pageHref(`/traces/${first.traceId}`))}>
                Open the trace
              </Button>
            )}
            <Button
              onClick={() => {
                void client.invalidateQueries()
                onContinue()
              }}
            >
              Show all
            </Button>
          </>
        ) : (
          <Button icon="send" disabled={send.isPending} onClick={() => send.mutate()}>
            Send a test trace
          </Button>
        )}
      </div>
      {send.error !== null && <ErrorState error={send.error} onRetry={() => send.mutate()} />}
    </div>
  )
}

function checkText(arrived: boolean, service: string | undefined, name: string | null | undefined): string {
  if (!arrived) return 'Waiting for the first span. This page notices by itself.'
  if (service === undefined) return 'Telemetry has arrived.'
  return `The first trace is here: ${service}${name === null || name === undefined ? '' : `, ${name}`}.`
}
