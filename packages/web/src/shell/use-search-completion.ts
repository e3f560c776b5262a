import { useMemo } from 'react'
import { attributeKeys, attributeValues } from '@clew/contract/traces'
import { completeSearch, type CompletionItem } from '@clew/lang/search/complete'
import type { SearchSignal } from '@clew/lang/search/fields'
import { printField, printValue } from '@clew/lang/search/print'
import { useEndpoint } from '../api/use-endpoint.ts'
import { formatCount } from '../model/format-count.ts'
import { useDebounced } from './use-debounced.ts'
import { useTimeRange } from './time-range.ts'

const SETTLE_MS = 80
const MAX_ITEMS = 60

export interface SearchCompletion {
  readonly items: readonly CompletionItem[]
  /** Characters that a chosen item replaces. */
  readonly start: number
  readonly end: number
}

/** What may come at the cursor: from the language at once, keys and values from the store as they arrive. */
export function useSearchCompletion(
  text: string,
  cursor: number,
  signal: SearchSignal,
  enabled: boolean,
): SearchCompletion {
  const range = useTimeRange()
  const completion = useMemo(() => completeSearch(text, cursor, signal), [text, cursor, signal])
  const period = { start: range.start, end: range.end, signal }
  const keyPrefix = useDebounced(completion.keys?.prefix ?? '', SETTLE_MS)
  const valueField = useDebounced(completion.values?.field ?? '', SETTLE_MS)
  const valuePrefix = useDebounced(completion.values?.prefix ?? '', SETTLE_MS)
  const keys = useEndpoint(
    attributeKeys,
    { ...period, prefix: keyPrefix, limit: MAX_ITEMS },
    { enabled: enabled && completion.keys !== undefined },
  )
  const values = useEndpoint(
    attributeValues,
    { ...period, key: valueField, prefix: valuePrefix, limit: MAX_ITEMS },
    { enabled: enabled && completion.values !== undefined && valueField !== '' },
  )
  return useMemo(() => {
    const items: CompletionItem[] = [...completion.items]
    if (completion.values?.field === valueField)
      items.push(...valueItems(values.data?.values ?? [], completion.values.prefix))
    if (completion.keys !== undefined) items.push(...keyItems(keys.data?.keys ?? [], completion.keys))
    return { items: items.slice(0, MAX_ITEMS), start: completion.start, end: completion.end }
  }, [completion, keys.data, values.data, valueField])
}

function valueItems(
  values: readonly { value: string; type: string; count: number }[],
  prefix: string,
): CompletionItem[] {
  return values
    .filter(({ value }) => value.toLowerCase().startsWith(prefix.toLowerCase()))
    .map(({ value, count }) => ({
      text: printValue({ text: value, quoted: false }, '='),
      kind: 'value',
      detail: count > 0 ? formatCount(count) : '',
    }))
}

type KeyRow = { key: string; level: Parameters<typeof printField>[0]['level']; type: string }

function keyItems(rows: readonly KeyRow[], wanted: { level: string | undefined; prefix: string }): CompletionItem[] {
  const prefix = wanted.prefix.toLowerCase()
  return rows
    .filter(
      (row) => (wanted.level === undefined || row.level === wanted.level) && row.key.toLowerCase().startsWith(prefix),
    )
    .map((row) => ({
      text: printField({ level: row.level, key: row.key, quoted: false }),
      kind: 'field',
      detail: row.type,
    }))
}
