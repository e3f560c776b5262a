import type { ReactNode } from 'react'
import type { Pipeline } from '@clew/contract/pipeline'
import { Select } from '../../ui/select.tsx'
import { ToggleGroup } from '../../ui/toggle-group.tsx'
import { Decisions } from './decisions.tsx'
import { LiveLook } from './live-look.tsx'
import type { PipelineUrl } from './url.ts'
import styles from './pipeline.module.css'

interface LookProps {
  readonly url: PipelineUrl
  readonly setUrl: (patch: Partial<PipelineUrl>) => void
  readonly pipeline: Pipeline
}

const SIGNAL_OPTIONS = [
  { value: 'all', label: 'All signals' },
  { value: 'traces', label: 'Traces' },
  { value: 'logs', label: 'Logs' },
  { value: 'metrics', label: 'Metrics' },
] as const

/** A closer look into one component, or all: what it decided, or what flows out of it right now. */
export function Look({ url, setUrl, pipeline }: LookProps): ReactNode {
  const known = pipeline.nodes.some(({ id }) => id === url.node)
  const nodes = [
    { value: '', label: 'All components' },
    // A component that is named in an old link stays visible, although it runs no more.
    ...(url.node !== '' && !known ? [{ value: url.node, label: `${url.node} (not running)` }] : []),
    ...pipeline.nodes.filter(({ kind }) => kind !== 'extension').map(({ id }) => ({ value: id, label: id })),
  ]
  return (
    <section className={styles.look} aria-label="A closer look">
      <div className={styles.lookBar}>
        <ToggleGroup
          label="Look at"
          value={url.look}
          options={[
            { value: 'decisions', label: 'Recent decisions' },
            { value: 'live', label: 'What flows now' },
          ]}
          onChange={(look) => setUrl({ look })}
        />
        <Select label="Component" prefix value={url.node} options={nodes} onChange={(node) => setUrl({ node })} />
        <Select label="Signal" value={url.signal} options={SIGNAL_OPTIONS} onChange={(signal) => setUrl({ signal })} />
      </div>
      {url.look === 'live' ? (
        <LiveLook key={`${url.node} ${url.signal}`} node={url.node} signal={url.signal} />
      ) : (
        <Decisions node={url.node} signal={url.signal} />
      )}
    </section>
  )
}
