import type { ReactNode } from 'react'
import type { Pipeline } from '@clew/contract/pipeline'
import { exactValue, formatValue } from '../../charts/format-value.ts'
import { formatBytes, formatCount } from '../../model/format-count.ts'
import { formatAge } from '../../model/format-time.ts'
import { useNow } from '../../shell/use-now.ts'
import { classNames } from '../../ui/class-names.ts'
import { Panel } from '../../ui/panel.tsx'
import { EmptyState } from '../../ui/states.tsx'
import { type PipelineNode, pipelineFlows, pipelineSignal, queueShare } from './flow-columns.ts'
import { type PipelineHistory, edgeCount, recentRate } from './history.ts'
import styles from './flow-rows.module.css'

interface FlowProps {
  readonly pipeline: Pipeline
  readonly history: PipelineHistory
  /** Component that is looked at. */
  readonly node: string
  readonly onNode: (node: string) => void
}

const STATUS_TEXT: Record<PipelineNode['status'], string> = {
  starting: 'starting',
  ok: 'running',
  'recoverable-error': 'failing, tries again',
  'permanent-error': 'failing',
  'fatal-error': 'broken',
  stopping: 'stopping',
  stopped: 'stopped',
}

/** Each pipeline as a row of components, with what flows between them and what waits in them. */
export function Flow({ pipeline, history, node, onNode }: FlowProps): ReactNode {
  const flows = pipelineFlows(pipeline)
  const extensions = pipeline.nodes.filter(({ kind }) => kind === 'extension')
  return (
    <Panel title="Pipelines">
      {flows.length === 0 && <EmptyState title="No pipeline is configured" />}
      {flows.map(({ name, columns }) => (
        <section key={name} className={styles.row} aria-label={`Pipeline ${name}`}>
          <h3 className={styles.name}>{name}</h3>
          <ol className={styles.columns}>
            {columns.map((column, index) => (
              <li key={column.map(({ id }) => id).join(' ')} className={styles.column}>
                {index > 0 && (
                  <Arrow
                    pipeline={pipeline}
                    history={history}
                    name={name}
                    from={columns[index - 1] ?? []}
                    to={column}
                  />
                )}
                <div className={styles.nodes}>
                  {column.map((one) => (
                    <NodeCard key={one.id} node={one} chosen={one.id === node} onChoose={() => onNode(one.id)} />
                  ))}
                </div>
              </li>
            ))}
          </ol>
        </section>
      ))}
      {extensions.length > 0 && (
        <section className={styles.row} aria-label="Extensions">
          <h3 className={styles.name}>extensions</h3>
          <div className={styles.extensions}>
            {extensions.map((one) => (
              <NodeCard key={one.id} node={one} chosen={one.id === node} onChoose={() => onNode(one.id)} />
            ))}
          </div>
        </section>
      )}
    </Panel>
  )
}

interface ArrowProps {
  readonly pipeline: Pipeline
  readonly history: PipelineHistory
  readonly name: string
  readonly from: readonly PipelineNode[]
  readonly to: readonly PipelineNode[]
}

/** What flows from one column to the next, in this pipeline's signal. */
function Arrow({ pipeline, history, name, from, to }: ArrowProps): ReactNode {
  const signal = pipelineSignal(name) ?? 'all'
  const counts = from.flatMap((source) => to.map((target) => edgeCount(source.id, target.id, signal)))
  const total = (snapshot: Pipeline): number => counts.reduce((sum, count) => sum + count(snapshot), 0)
  const rate = recentRate(history, total)
  return (
    <div className={classNames(styles.arrow, rate !== null && rate > 0 && styles.flowing)}>
      <b title="Over the last seconds">{formatValue(rate, '/s')}</b>
      <span className={styles.line} aria-hidden="true" />
      <span title={`${exactValue(total(pipeline))} since the start`}>{formatCount(total(pipeline))}</span>
    </div>
  )
}

interface NodeCardProps {
  readonly node: PipelineNode
  readonly chosen: boolean
  readonly onChoose: () => void
}

function NodeCard({ node, chosen, onChoose }: NodeCardProps): ReactNode {
  const nowMs = useNow()
  const failing = node.status.endsWith('-error')
  return (
    <button
      type="button"
      className={classNames(styles.card, chosen && styles.chosen, failing && styles.failing)}
      aria-pressed={chosen}
      title={`${node.id}: ${STATUS_TEXT[node.status]}. Click to look into it`}
      onClick={onChoose}
    >
      <span className={styles.kind}>{node.kind}</span>
      <span className={styles.title}>
        <i className={styles.status} data-status={node.status} />
        {node.name}
      </span>
      {node.status !== 'ok' && (
        <span className={styles.message}>
          {STATUS_TEXT[node.status]} since {formatAge(node.statusSinceNanos, nowMs)}
          {node.statusMessage !== '' && `: ${node.statusMessage}`}
        </span>
      )}
      {node.queue !== null && <Queue queue={node.queue} />}
    </button>
  )
}

const FULL_SHARE = 0.8

function Queue({ queue }: { readonly queue: NonNullable<PipelineNode['queue']> }): ReactNode {
  const share = queueShare(queue)
  const capacity =
    queue.capacityBytes !== null
      ? ` of ${formatBytes(queue.capacityBytes)}`
      : queue.capacityItems !== null
        ? ` of ${formatCount(queue.capacityItems)}`
        : ''
  return (
    <span className={styles.queue}>
      <span>
        queue {formatCount(queue.items)}
        {queue.items > 0 && `, ${formatBytes(queue.bytes)}`}
        {capacity}
      </span>
      {share !== null && (
        <span className={styles.track} title={`${Math.round(share * 100)} % full`}>
          <span className="visually-hidden">{Math.round(share * 100)} % full</span>
          <span
            className={classNames(styles.fill, share >= FULL_SHARE && styles.full)}
            style={{ width: `${share === 0 ? 0 : Math.max(2, share * 100)}%` }}
          />
        </span>
      )}
    </span>
  )
}
