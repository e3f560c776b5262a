import { z } from 'zod'

/**
 * Compiles a regular expression as Go writes it: `(?P<name>…)`, leading flags such as `(?i)`, `\z`, `\A`. Throws a
 * SyntaxError for what is not valid, and for look-around and back-references, which Go's engine does not have.
 */
export function compileGoRegex(pattern: string): RegExp {
  let flags = 'u'
  let body = pattern
  const leading = /^\(\?([ims]+)\)/.exec(body)
  if (leading !== null) {
    flags += leading[1] ?? ''
    body = body.slice(leading[0].length)
  }
  if (/(?<!\\)(?:\\\\)*\(\?(?:[=!]|<[=!])/.test(body)) throw new SyntaxError('look-around is not supported')
  if (/(?<!\\)(?:\\\\)*\\(?:[1-9]|k<)/.test(body)) throw new SyntaxError('back-references are not supported')
  const translated = body
    .replaceAll('(?P<', '(?<')
    .replace(/(?<!\\)((?:\\\\)*)\\z/g, '$1$(?![\\s\\S])')
    .replace(/(?<!\\)((?:\\\\)*)\\A/g, '$1^')
  try {
    return new RegExp(translated, flags)
  } catch {
    // Go allows escapes of plain characters (`\-`, `\/`) that the unicode mode refuses.
    return new RegExp(translated, flags.replace('u', ''))
  }
}

/** A regular expression in a configuration. */
export function regexSchema(): z.ZodType<RegExp> {
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
