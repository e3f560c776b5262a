import { RE2JS } from 're2js'
import { z } from 'zod'
import { linearPattern } from './linear-pattern.ts'

/** A compiled regular expression. Matching takes time in proportion to the text, whatever the pattern and the text are. */
export interface GoRegex {
  /** As it was written. */
  readonly source: string
  /** Names of its named groups. */
  readonly groupNames: readonly string[]
  /** True when it matches anywhere in `text`. */
  test(text: string): boolean
  /** What the named groups of the first match hold, empty for those that took no part; undefined when nothing matches. */
  groups(text: string): Readonly<Record<string, string>> | undefined
}

/**
 * Compiles a regular expression as Go writes it (RE2 syntax), so that configurations of the Collector mean the same here.
 * Texts come from senders, and an engine that backtracks can be held up for ever by one: RE2's does not backtrack. Patterns
 * that cannot make the faster engine backtrack run on that. Throws an Error for what is not valid in Go.
 */
export function compileGoRegex(pattern: string): GoRegex {
  const exact = RE2JS.compile(pattern)
  const fast = linearPattern(pattern)
  const groupNames = Object.keys(exact.namedGroups())
  return {
    source: pattern,
    groupNames,
    test: fast === undefined ? (text) => exact.test(text) : (text) => fast.test(text),
    groups(text) {
      const matcher = exact.matcher(text)
      if (!matcher.find()) return undefined
      return Object.fromEntries(groupNames.map((name) => [name, matcher.group(name) ?? '']))
    },
  }
}

/** A regular expression in a configuration. */
export function regexSchema(): z.ZodType<GoRegex> {
  return z.string().transform((pattern, context) => {
    try {
      return compileGoRegex(pattern)
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      context.addIssue({ code: 'custom', message: `not a valid regular expression: ${reason}` })
      return z.NEVER
    }
  })
}
