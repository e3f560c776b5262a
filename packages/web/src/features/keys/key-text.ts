import type { KeyRow } from '@clew/contract/keys'
import { formatRatio } from '../../charts/format-value.ts'
import { formatBytes, formatCount } from '../../model/format-count.ts'

/** Bytes on disk; an estimate says so. */
export function compressedText({ compressed }: Pick<KeyRow, 'compressed'>): string {
  if (compressed === null) return '–'
  return `${compressed.estimated ? '≈ ' : ''}${formatBytes(compressed.bytes)}`
}

/** How many different values; a count of a sample says that there may be more. */
export function distinctText({ distinct }: Pick<KeyRow, 'distinct'>): string {
  if (distinct === null) return '–'
  return `${distinct.exact ? '' : '≥ '}${formatCount(distinct.value)}`
}

/** Types, the most frequent first, with their shares when there are several. */
export function typesText({ types, count }: Pick<KeyRow, 'types' | 'count'>): string {
  if (types.length <= 1 || count === 0) return types.map(({ type }) => type).join('')
  return types.map((each) => `${each.type} ${formatRatio(each.count / count)}`).join(', ')
}

/** What a key's state means, in a word or two and in a sentence. */
export function stateText({ state, filled, forced }: Pick<KeyRow, 'state' | 'filled' | 'forced'>): {
  readonly label: string
  readonly tone: 'plain' | 'ok' | 'warn' | 'accent'
  readonly detail: string
} {
  const byHand = forced === null ? '' : ' Set by hand.'
  switch (state) {
    case 'built-in':
      return {
        label: 'built in',
        tone: 'accent',
        detail: 'Has a column in every store: people filter by it everywhere.',
      }
    case 'promoted':
      return { label: 'promoted', tone: 'ok', detail: `Has a column, because searches ask for it.${byHand}` }
    case 'filling':
      return {
        label: `filling ${Math.floor((filled ?? 0) * 100)} %`,
        tone: 'warn',
        detail: `Gets a column; searches use it when every row has it.${byHand}`,
      }
    case 'retiring':
      return { label: 'retiring', tone: 'warn', detail: `Loses its column; searches do not use it any more.${byHand}` }
    case 'interned':
      return { label: 'shared', tone: 'plain', detail: 'Stored once per resource, scope or series: needs no column.' }
    case 'map':
      return {
        label: forced === 'demote' ? 'none, by hand' : 'none',
        tone: 'plain',
        detail: `Has no column; the store gives it one when searches ask for it often.${byHand}`,
      }
  }
}
