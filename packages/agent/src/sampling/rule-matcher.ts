import type { Attributes } from '@opentelemetry/api'
import type { SamplingRule } from '@clew/opamp/live-settings'

/** What a rule is held against. Attributes are asked for only by rules that need them. */
export interface MatchedSpan {
  /** The one it started with: it becomes another with the route. */
  readonly name: string
  readonly kind: number
  readonly attributes: Attributes | undefined
  /** No attribute will come any more. */
  readonly final: boolean
}

/** `later`: an attribute it asks for is not there yet. */
export type Match = 'yes' | 'no' | 'later'

const KINDS = ['internal', 'server', 'client', 'producer', 'consumer'] as const

/** A rule made ready: whether it is about a span. */
export type Matcher = (span: MatchedSpan) => Match

/** Compiles a rule's conditions. */
export function matcherOf(rule: SamplingRule): Matcher {
  const named = rule.span === undefined ? undefined : glob(rule.span)
  const kind = rule.kind === undefined ? undefined : KINDS.indexOf(rule.kind)
  const wanted: (readonly [string, (text: string) => boolean])[] = []
  if (rule.path !== undefined) wanted.push(['url.path', glob(rule.path)])
  if (rule.route !== undefined) wanted.push(['http.route', glob(rule.route)])
  for (const [key, value] of Object.entries(rule.attributes ?? {})) wanted.push([key, glob(value)])
  return (span) => {
    if (kind !== undefined && span.kind !== kind) return 'no'
    if (named !== undefined && !named(span.name)) return 'no'
    let answer: Match = 'yes'
    for (const [key, matches] of wanted) {
      const value = span.attributes?.[key]
      if (value === undefined) {
        // A path that is not there when a request begins does not come later.
        if (span.final || key === 'url.path') return 'no'
        answer = 'later'
      } else if (!matches(String(value))) return 'no'
    }
    return answer
  }
}

/** `*` stands for any text. */
export function glob(pattern: string): (text: string) => boolean {
  if (!pattern.includes('*')) return (text) => text === pattern
  const parts = pattern.split('*')
  const first = parts[0] ?? ''
  const last = parts.at(-1) ?? ''
  const between = parts.slice(1, -1).filter((part) => part !== '')
  return (text) => {
    if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) return false
    let at = first.length
    const end = text.length - last.length
    for (const part of between) {
      const found = text.indexOf(part, at)
      if (found < 0 || found + part.length > end) return false
      at = found + part.length
    }
    return true
  }
}
