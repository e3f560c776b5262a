import { type ReactNode, useState } from 'react'
import { type Pipeline, getPipeline } from '@clew/contract/pipeline'
import { useEndpoint } from '../../api/use-endpoint.ts'
import { useCommands } from '../../shell/commands.ts'
import { Page } from '../../shell/page.tsx'
import { useUrlState } from '../../shell/url-state.ts'
import { Button } from '../../ui/button.tsx'
import { ErrorState, LoadingState } from '../../ui/states.tsx'
import { Equation } from './equation.tsx'
import { Flow } from './flow-rows.tsx'
import { type PipelineHistory, remember } from './history.ts'
import { Look } from './look.tsx'
import { Losses } from './losses.tsx'
import { ProcessPanel } from './process-panel.tsx'
import { StorePanel } from './store-panel.tsx'
import { pipelineUrl } from './url.ts'
import styles from './pipeline.module.css'

const POLL_MS = 1000

/** What came in and what became of it, live; where it waits; why something is missing. */
export function PipelinePage(): ReactNode {
  const [url, setUrl] = useUrlState(pipelineUrl)
  const [frozen, setFrozen] = useState(false)
  const { data, error, loading, refetch } = useEndpoint(
    getPipeline,
    {},
    { staleMs: 0, refetchMs: frozen ? undefined : POLL_MS },
  )
  const [history, setHistory] = useState<PipelineHistory>([])
  const next = data === undefined ? history : remember(history, data)
  if (next !== history) setHistory(next)
  useCommands([
    {
      id: 'pipeline.freeze',
      title: frozen ? 'Go on watching' : 'Freeze the figures',
      section: 'Pipeline',
      hotkey: 'p',
      run: () => setFrozen(!frozen),
    },
    {
      id: 'pipeline.live',
      title: url.look === 'live' ? 'Show recent decisions' : 'Look at what flows',
      section: 'Pipeline',
      hotkey: 'v',
      run: () => setUrl({ look: url.look === 'live' ? 'decisions' : 'live' }),
    },
    {
      id: 'pipeline.all',
      title: 'Look at all components',
      section: 'Pipeline',
      hotkey: 'escape',
      run: () => setUrl({ node: '' }),
    },
  ])
  return (
    <Page
      title="Pipeline"
      time={false}
      actions={
        <>
          {error !== null && data !== undefined && (
            <span className={styles.lost} role="alert">
              The server does not answer; these figures are old
            </span>
          )}
          <Button icon={frozen ? 'play' : 'pause'} pressed={frozen} onClick={() => setFrozen(!frozen)}>
            {frozen ? 'Go on' : 'Freeze'}
          </Button>
        </>
      }
    >
      {loading && <LoadingState label="Loading the pipeline" rows={10} />}
      {data === undefined && error !== null && <ErrorState error={error} onRetry={refetch} />}
      {data !== undefined && <Body data={data} history={history} />}
      {data !== undefined && <Look url={url} setUrl={setUrl} pipeline={data} />}
    </Page>
  )
}

function Body({ data, history }: { readonly data: Pipeline; readonly history: PipelineHistory }): ReactNode {
  const [url, setUrl] = useUrlState(pipelineUrl)
  return (
    <>
      <Equation totals={data.totals} history={history} />
      <Flow
        pipeline={data}
        history={history}
        node={url.node}
        onNode={(node) => setUrl({ node: node === url.node ? '' : node })}
      />
      <div className={styles.columns}>
        <Losses dropped={data.dropped} refused={data.refused} onNode={(node) => setUrl({ node, look: 'decisions' })} />
        <div className={styles.stack}>
          <StorePanel store={data.store} />
          <ProcessPanel stats={data.process} history={history} />
        </div>
      </div>
    </>
  )
}
