import { useState } from 'react'
import { FirstData, useHasData } from '../../shell/first-data.tsx'
import { Page } from '../../shell/page.tsx'
import { SearchBar } from '../../shell/search-bar.tsx'
import { useCommands } from '../../shell/commands.ts'
import { useUrlState } from '../../shell/url-state.ts'
import { tracesCommands } from './commands.ts'
import { DurationMap } from './duration-map.tsx'
import { TraceResults } from './trace-results.tsx'
import { tracesUrl } from './url.ts'
import styles from './traces-page.module.css'

/** Overview first (spans by time and duration), then the traces that match. */
export function TracesPage() {
  const [state, setState] = useUrlState(tracesUrl)
  const hasData = useHasData()
  // Once shown, the guide stays until it is left: its light is to be seen turning green.
  const [guide, setGuide] = useState<'unknown' | 'shown' | 'left'>('unknown')
  if (hasData === false && guide === 'unknown') setGuide('shown')
  useCommands(tracesCommands(state, setState))
  return (
    <Page title="Traces" fixed={guide !== 'shown'}>
      {guide === 'shown' ? (
        <FirstData onContinue={() => setGuide('left')} />
      ) : (
        <>
          <SearchBar
            signal="traces"
            value={state.q}
            placeholder="service=orders status=error duration>500ms, any attribute, or text"
            onSubmit={(q) => setState({ q })}
          />
          <div className={styles.overview}>
            <DurationMap q={state.q} view={state.view} onView={(view) => setState({ view })} />
          </div>
          <TraceResults
            q={state.q}
            sort={state.sort}
            onSort={(sort) => setState({ sort })}
            onQuery={(q) => setState({ q })}
          />
        </>
      )}
    </Page>
  )
}
