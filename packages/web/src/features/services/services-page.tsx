import { type ReactNode, useState } from 'react'
import { useHasData, FirstData } from '../../shell/first-data.tsx'
import { Page } from '../../shell/page.tsx'
import { useUrlState } from '../../shell/url-state.ts'
import { ToggleGroup } from '../../ui/toggle-group.tsx'
import { ServiceGraph } from './service-graph.tsx'
import { ServiceList } from './service-list.tsx'
import { servicesUrl } from './url.ts'

/** All services with rate, errors and durations, as a list or as a graph of who calls whom. */
export function ServicesPage(): ReactNode {
  const [url, setUrl] = useUrlState(servicesUrl)
  const hasData = useHasData()
  const [left, setLeft] = useState(false)
  // Stays on the first-data screen after the first span, until the person goes on.
  const [waited, setWaited] = useState(false)
  if (hasData === false && !waited) setWaited(true)
  if (waited && !left) {
    return (
      <Page title="Services" time={false}>
        <FirstData onContinue={() => setLeft(true)} />
      </Page>
    )
  }
  return (
    <Page
      title="Services"
      fixed
      actions={
        <ToggleGroup
          label="View"
          value={url.view}
          options={[
            { value: 'list', label: 'List' },
            { value: 'graph', label: 'Graph' },
          ]}
          onChange={(view) => setUrl({ view })}
        />
      }
    >
      {url.view === 'graph' ? <ServiceGraph /> : <ServiceList url={url} setUrl={setUrl} />}
    </Page>
  )
}
