import { useState } from 'react'
import { useQueryClient } from '@tanstack/react-query'
import { type LogRecord, searchLogs } from '@clew/contract/logs'
import type { InputOf } from '@clew/contract/endpoint'
import { endpointQuery } from '../../api/use-endpoint.ts'
import { announce } from '../../shell/announcer.tsx'

/** Records newer than the first of the list, newest first, and how to fetch more of them. */
export interface NewerLogs {
  readonly logs: readonly LogRecord[]
  readonly loading: boolean
  /** What the last look found, for people. */
  readonly note: string
  readonly load: () => void
}

interface State {
  readonly key: string
  readonly logs: readonly LogRecord[]
  readonly loading: boolean
  readonly note: string
}

const EMPTY: readonly LogRecord[] = []

/**
 * The upward half of paging: asks from the newest record shown up to now, oldest first, and puts the answer on top. Starts
 * anew when the question changes.
 */
export function useNewerLogs(
  first: LogRecord | undefined,
  input: InputOf<typeof searchLogs>,
  enabled: boolean,
): NewerLogs {
  const client = useQueryClient()
  const key = JSON.stringify(input)
  const [state, setState] = useState<State>({ key, logs: EMPTY, loading: false, note: '' })
  const current = state.key === key && enabled ? state : { key, logs: EMPTY, loading: false, note: '' }
  const load = async (): Promise<void> => {
    const newest = current.logs[0] ?? first
    if (newest === undefined) return
    setState({ ...current, loading: true, note: '' })
    try {
      const answer = await client.fetchQuery({
        ...endpointQuery(searchLogs, { ...input, start: newest.timeNanos, end: 'now', sort: 'oldest' }),
        staleTime: 0,
      })
      const known = new Set([newest.id, ...current.logs.map(({ id }) => id)])
      const fresh = answer.logs.filter(({ id }) => !known.has(id)).toReversed()
      const note = fresh.length === 0 ? 'Nothing newer' : ''
      announce(fresh.length === 0 ? note : `${fresh.length} newer records`)
      setState({ key, logs: [...fresh, ...current.logs], loading: false, note })
    } catch (error) {
      setState({ ...current, loading: false, note: error instanceof Error ? error.message : String(error) })
    }
  }
  return { logs: current.logs, loading: current.loading, note: current.note, load: () => void load() }
}
