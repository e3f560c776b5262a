import { useEffect, useRef, useState } from 'react'
import { endpointUrl } from '@clew/contract/client'
import type { Endpoint, InputOf, OutputOf } from '@clew/contract/endpoint'

export type StreamState = 'off' | 'connecting' | 'open' | 'lost'

/**
 * Listens to a `stream` endpoint (server-sent events). The browser reconnects by itself; `lost` says that it is trying.
 * `onData` may change between renders without a reconnect; a changed input reconnects.
 */
export function useStream<E extends Endpoint>(
  endpoint: E,
  input: InputOf<E>,
  onData: (data: OutputOf<E>) => void,
  enabled = true,
): StreamState {
  const [connection, setConnection] = useState<{ source: string; state: StreamState }>({ source: '', state: 'off' })
  const latest = useRef(onData)
  useEffect(() => {
    latest.current = onData
  })
  const url = endpointUrl(endpoint, input)
  useEffect(() => {
    if (!enabled) return undefined
    const source = new EventSource(url)
    source.addEventListener('open', () => setConnection({ source: url, state: 'open' }))
    source.addEventListener('error', () => setConnection({ source: url, state: 'lost' }))
    source.addEventListener('message', (event) => latest.current(JSON.parse(String(event.data)) as OutputOf<E>))
    return () => {
      source.close()
      setConnection({ source: '', state: 'off' })
    }
  }, [url, enabled])
  if (!enabled) return 'off'
  return connection.source === url ? connection.state : 'connecting'
}
