import { type ReactNode, useState } from 'react'
import { withCondition } from '../../model/search-conditions.ts'
import { useCommands } from '../../shell/commands.ts'
import { FirstData, useHasData } from '../../shell/first-data.tsx'
import { Page } from '../../shell/page.tsx'
import { PageLink } from '../../shell/page-link.tsx'
import { SearchBar } from '../../shell/search-bar.tsx'
import { pageHref, useUrlState } from '../../shell/url-state.ts'
import { Button } from '../../ui/button.tsx'
import { LiveTail } from './live-tail.tsx'
import { LogResults } from './log-results.tsx'
import { LogsHistogram } from './logs-histogram.tsx'
import { type LogsUrl, logsUrl } from './url.ts'
import styles from './logs.module.css'

/** Log records: how many when, then the lines; or live as they arrive. */
export function LogsPage(): ReactNode {
  const [url, setUrl] = useUrlState(logsUrl)
  const hasData = useHasData()
  const [guide, setGuide] = useState<'unknown' | 'shown' | 'left'>('unknown')
  if (hasData === false && guide === 'unknown') setGuide('shown')
  const live = url.live === 'on'
  const addCondition = (condition: string): void => setUrl({ q: withCondition(url.q, condition), open: '' })
  useCommands([
    {
      id: 'logs.live',
      title: live ? 'Stop live tail' : 'Start live tail',
      section: 'Logs',
      hotkey: 'v',
      run: () => setUrl({ live: live ? 'off' : 'on', open: '' }),
    },
    {
      id: 'logs.errors',
      title: 'Show only errors',
      section: 'Logs',
      hotkey: 'e',
      run: () => addCondition('severity>=error'),
    },
    {
      id: 'logs.sort',
      title: url.sort === 'newest' ? 'Sort logs: oldest first' : 'Sort logs: newest first',
      section: 'Logs',
      run: () => setUrl({ sort: url.sort === 'newest' ? 'oldest' : 'newest' }),
    },
  ])
  if (guide === 'shown') {
    return (
      <Page title="Logs" time={false}>
        <FirstData onContinue={() => setGuide('left')} />
      </Page>
    )
  }
  return (
    <Page
      title="Logs"
      fixed
      time={!live}
      actions={
        <Button
          icon={live ? 'pause' : 'play'}
          pressed={live}
          onClick={() => setUrl({ live: live ? 'off' : 'on', open: '' })}
        >
          Live
        </Button>
      }
    >
      <SearchBar
        signal="logs"
        value={url.q}
        placeholder="severity>=warn service=orders, any attribute, or text"
        onSubmit={(q) => setUrl({ q, open: '' })}
      />
      {url.traceId !== '' && <TraceFilter url={url} setUrl={setUrl} />}
      {live ? (
        <LiveTail url={url} onFilter={addCondition} />
      ) : (
        <>
          <LogsHistogram url={url} onFilter={addCondition} />
          <LogResults url={url} setUrl={setUrl} onFilter={addCondition} />
        </>
      )}
    </Page>
  )
}

interface TraceFilterProps {
  readonly url: LogsUrl
  readonly setUrl: (patch: Partial<LogsUrl>) => void
}

/** Says that only records of one trace are shown, and leads back to it. */
function TraceFilter({ url, setUrl }: TraceFilterProps): ReactNode {
  return (
    <p className={styles.traceFilter}>
      Only records of {url.spanId === '' ? '' : `span ${url.spanId} of `}trace <code>{url.traceId}</code>
      <PageLink href={pageHref(`/traces/${url.traceId}`, url.spanId === '' ? {} : { span: url.spanId })}>
        Open the trace
      </PageLink>
      {url.spanId !== '' && (
        <Button look="quiet" onClick={() => setUrl({ spanId: '' })}>
          Whole trace
        </Button>
      )}
      <Button look="quiet" icon="close" onClick={() => setUrl({ traceId: '', spanId: '' })}>
        Show all logs
      </Button>
    </p>
  )
}
