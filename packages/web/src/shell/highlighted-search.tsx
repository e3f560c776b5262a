import type { ReactNode } from 'react'
import type { TextRange } from '@clew/lang/kit/syntax-problem'
import { searchTokens } from '@clew/lang/search/tokens'
import { classNames } from '../ui/class-names.ts'
import styles from './search-bar.module.css'

/** The colours behind the transparent text of the search field. Decorative: the field itself is read. */
export function HighlightedSearch({
  text,
  problem,
  scrollLeft,
}: {
  text: string
  problem: TextRange | undefined
  scrollLeft: number
}) {
  const parts: ReactNode[] = []
  const tokens = searchTokens(text)
  let at = 0
  for (const [index, token] of tokens.entries()) {
    if (token.start > at) parts.push(text.slice(at, token.start))
    const isField = token.kind === 'name' && tokens[index + 1]?.kind === 'operator'
    const look = isField
      ? 'field'
      : token.kind === 'name'
        ? 'free'
        : token.kind === 'and' || token.kind === 'or' || token.kind === 'not'
          ? 'keyword'
          : token.kind
    const wrong = problem !== undefined && token.start < problem.end && token.end > problem.start
    parts.push(
      <span key={token.start} className={classNames(styles[look], wrong && styles.wrongPart)}>
        {text.slice(token.start, token.end)}
      </span>,
    )
    at = token.end
  }
  parts.push(text.slice(at))
  return (
    <div className={styles.colors} aria-hidden="true">
      <div style={{ transform: `translateX(${-scrollLeft}px)` }}>{parts}</div>
    </div>
  )
}
