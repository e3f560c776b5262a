import { useCallback, useMemo } from 'react'
import { useSearch, useNavigate } from '@tanstack/react-router'
import { useQueryClient } from '@tanstack/react-query'
import { parseTime } from '@clew/contract/parse-time'
import { usePreferences } from './preferences.ts'
import type { SearchFields } from './url-state.ts'
import { shiftRange, zoomOutRange, type NanoRange } from '../model/time-text.ts'

export interface TimeRange {
  /** As in the URL and as the API takes it: `now-1h`, RFC 3339 or nanoseconds. Relative stays relative. */
  readonly start: string
  readonly end: string
  readonly relative: boolean
  /** Put into links to other pages, so that they keep the range. Empty when the URL names none. */
  readonly search: { readonly start?: string; readonly end?: string }
  readonly set: (start: string, end: string) => void
  /** A window dragged out of a chart. */
  readonly zoomTo: (range: NanoRange) => void
  readonly zoomOut: () => void
  /** Half a window to the left (-1) or right (1). */
  readonly shift: (direction: -1 | 1) => void
  /** Ask everything on the page again; a relative range moves to the present. */
  readonly refresh: () => void
  /** The range now, in nanoseconds. */
  readonly resolve: () => NanoRange
}

/** The one time range of the page, shared by all pages through the URL. */
export function useTimeRange(): TimeRange {
  const search = useSearch({ strict: false }) as SearchFields
  const preferred = usePreferences((state) => state.range)
  const navigate = useNavigate()
  const client = useQueryClient()
  const inUrl = readable(search['start']) && readable(search['end'] ?? 'now')
  const start = inUrl ? (search['start'] as string) : preferred
  const end = inUrl ? (search['end'] ?? 'now') : 'now'

  const set = useCallback(
    (nextStart: string, nextEnd: string) => {
      void navigate({
        to: '.',
        search: ((previous: Record<string, unknown>) => ({
          ...previous,
          start: nextStart,
          end: nextEnd === 'now' ? undefined : nextEnd,
        })) as never,
      })
    },
    [navigate],
  )
  return useMemo(() => {
    const resolve = (): NanoRange => {
      const now = BigInt(Date.now()) * 1_000_000n
      return { startNanos: parseTime(start, now), endNanos: parseTime(end, now) }
    }
    const zoomTo = (range: NanoRange): void => set(String(range.startNanos), String(range.endNanos))
    return {
      start,
      end,
      relative: start.startsWith('now'),
      search: inUrl ? { start, ...(end === 'now' ? {} : { end }) } : {},
      set,
      zoomTo,
      zoomOut: () => zoomTo(zoomOutRange(resolve(), BigInt(Date.now()) * 1_000_000n)),
      shift: (direction) => zoomTo(shiftRange(resolve(), direction)),
      refresh: () => void client.invalidateQueries(),
      resolve,
    }
  }, [start, end, inUrl, set, client])
}

function readable(text: string | undefined): boolean {
  if (text === undefined) return false
  try {
    parseTime(text, 0n)
    return true
  } catch {
    return false
  }
}
