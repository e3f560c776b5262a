import type { ReactNode } from 'react'
import type { Pipeline } from '@clew/contract/pipeline'
import { formatValue } from '../../charts/format-value.ts'
import { Sparkline } from '../../charts/sparkline.tsx'
import { formatBytes } from '../../model/format-count.ts'
import { formatDuration } from '../../model/format-duration.ts'
import { Panel } from '../../ui/panel.tsx'
import type { PipelineHistory } from './history.ts'
import styles from './pipeline.module.css'

interface ProcessPanelProps {
  readonly stats: Pipeline['process']
  readonly history: PipelineHistory
}

/** What the process itself costs. */
export function ProcessPanel({ stats, history }: ProcessPanelProps): ReactNode {
  const cpu = formatValue(stats.cpuPercent, '%')
  const memory = formatBytes(stats.rssBytes)
  const lag = formatDuration(stats.eventLoopLagMs * 1e6)
  const of = (pick: (process: Pipeline['process']) => number): number[] => history.map(({ process }) => pick(process))
  return (
    <Panel
      title="Process"
      actions={<span className={styles.storeStatus}>up {formatDuration(stats.uptimeMs * 1e6)}</span>}
    >
      <dl className={styles.gauges}>
        <Gauge title="CPU (100 % is one core)" text={cpu} values={of(({ cpuPercent }) => cpuPercent)} />
        <Gauge title="Memory" text={memory} values={of(({ rssBytes }) => rssBytes)} />
        <Gauge title="Event loop lag" text={lag} values={of(({ eventLoopLagMs }) => eventLoopLagMs)} />
      </dl>
    </Panel>
  )
}

interface GaugeProps {
  readonly title: string
  readonly text: string
  readonly values: readonly number[]
}

function Gauge({ title, text, values }: GaugeProps): ReactNode {
  return (
    <div>
      <dt>{title}</dt>
      <dd>
        <b>{text}</b>
        <Sparkline label={`${title}: ${text}`} values={values} colorToken="--text-faint" />
      </dd>
    </div>
  )
}
