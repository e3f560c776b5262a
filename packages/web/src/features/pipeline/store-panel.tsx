import type { ReactNode } from 'react'
import type { Pipeline } from '@clew/contract/pipeline'
import { exactValue } from '../../charts/format-value.ts'
import { formatBytes, formatCount } from '../../model/format-count.ts'
import { formatDuration } from '../../model/format-duration.ts'
import { Badge } from '../../ui/badge.tsx'
import { Panel } from '../../ui/panel.tsx'
import { SIGNALS } from './balance.ts'
import { Age } from './losses.tsx'
import styles from './pipeline.module.css'

const TONES = { ok: 'ok', degraded: 'warn', failing: 'error' } as const

/** How the store does, what waits for it, and how old its newest rows are. */
export function StorePanel({ store }: { readonly store: Pipeline['store'] }): ReactNode {
  return (
    <Panel
      title="Store"
      actions={
        <span className={styles.storeStatus}>
          <Badge tone={TONES[store.status]}>{store.status}</Badge>
          {store.sinceNanos !== null && (
            <span className={styles.dim}>
              since <Age nanos={store.sinceNanos} />
            </span>
          )}
        </span>
      }
    >
      {store.troubles.length > 0 && (
        <ul className={styles.troubles} aria-label="What is wrong">
          {store.troubles.map((trouble) => (
            <li key={trouble.message} className={styles.storeMessage}>
              <p>
                {trouble.refusing && <Badge tone="error">data is refused</Badge>} {trouble.message}
              </p>
              <p className={styles.dim}>
                Since <Age nanos={trouble.sinceNanos} />. {sentence(trouble.fix)}
              </p>
            </li>
          ))}
        </ul>
      )}
      <table className={styles.figures}>
        <thead>
          <tr>
            <th scope="col">Signal</th>
            <th scope="col">Rows</th>
            <th scope="col">Newest row</th>
          </tr>
        </thead>
        <tbody>
          {SIGNALS.map((signal) => (
            <tr key={signal}>
              <th scope="row">{signal}</th>
              {store.countedNanos === null ? (
                <td>unknown</td>
              ) : (
                <td title={exactValue(store.rows[signal])}>{formatCount(store.rows[signal])}</td>
              )}
              <td>{ageText(store.newestRowAgeMs[signal])}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <dl className={styles.facts}>
        <dt>Waiting to be inserted</dt>
        <dd>
          {formatCount(store.queuedRows)} rows, {formatBytes(store.queuedBytes)}, {store.segmentsWaiting}{' '}
          {store.segmentsWaiting === 1 ? 'segment' : 'segments'}
        </dd>
        <dt>On disk</dt>
        <dd>{store.diskBytes === null ? 'unknown' : formatBytes(store.diskBytes)}</dd>
        {store.countedNanos !== null && (
          <>
            <dt>Rows and bytes counted</dt>
            <dd>
              <Age nanos={store.countedNanos} />
            </dd>
          </>
        )}
      </dl>
    </Panel>
  )
}

function sentence(text: string): string {
  return text === '' ? '' : `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
}

function ageText(ageMs: number | null): string {
  return ageMs === null ? 'none yet' : `${formatDuration(Math.max(0, ageMs) * 1e6)} ago`
}
