import type { KeyRow } from '@clew/contract/keys'
import { printField } from '@clew/lang/search/print'
import { pageHref } from '../../shell/url-state.ts'

const PAGES = { traces: '/traces', logs: '/logs', metrics: undefined } as const

/** Where one finds the spans or records that have a key; undefined for metrics, which are not searched so. */
export function searchHref({ signal, level, key }: Pick<KeyRow, 'signal' | 'level' | 'key'>): string | undefined {
  const page = PAGES[signal]
  if (page === undefined || level === 'point') return undefined
  return pageHref(page, { q: `${printField({ level, key, quoted: false })}:*` })
}
