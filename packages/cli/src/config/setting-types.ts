import { parseByteSize } from '@clew/base/byte-size'
import { parseGoDuration } from '@clew/base/go-duration'
import { z } from 'zod'
import { parseTokenEntry } from '../auth/token-entry.ts'
import type { TokenEntry } from '../auth/token-entry.ts'

/** What the reference page and `--help` say about a setting beside its schema. */
export type SettingMeta = {
  /** Placeholder of the value in `--help`. */
  readonly value: string
  readonly description: string
  /** Heading in the reference page. */
  readonly group: string
  /** Its value must not be shown: not in errors, logs or dumps. */
  readonly secret?: boolean
}

/** A TCP port; 0 takes any free one. */
export const portSetting = z.coerce.number('is not a port number').int().min(0).max(65_535, 'a port is 0 to 65535')

/** A duration as Go and the Collector write it, plus days: `500ms`, `30s`, `7d`. In code: milliseconds. */
export const durationSetting = z.string().transform((text, context): number => {
  const value = parseGoDuration(text.trim())
  if (value !== undefined && value > 0) return value
  context.addIssue({ code: 'custom', message: `'${text}' is not a duration; write for example 500ms, 30s, 12h or 7d` })
  return z.NEVER
})

/** A size: `20MiB`, `10GiB`, or plain bytes. In code: bytes. */
export const byteSizeSetting = z.union([z.string(), z.number()]).transform((input, context): number => {
  const value = parseByteSize(String(input))
  if (value !== undefined && value > 0) return value
  context.addIssue({ code: 'custom', message: `'${input}' is not a size; write for example 512MiB or 10GiB` })
  return z.NEVER
})

/** A list: repeated flag, comma-separated environment variable, YAML sequence. */
export const listSetting = z
  .union([z.array(z.string()), z.string()])
  .transform((input): string[] =>
    (Array.isArray(input) ? input : input.split(',')).map((text) => text.trim()).filter((text) => text !== ''),
  )

/** Yes or no: a flag without a value, `true` and `false` everywhere else. */
export const switchSetting = z.union([z.boolean(), z.stringbool({ error: 'is true or false' })])

/** A file; its content is read where it is used. */
export const fileSetting = z.string().min(1, 'names no file')

/** Tokens as `<token>`, `<name>:<token>` or `<name>:<scopes>:<token>`. In code: names, scopes and hashes, never the tokens. */
export const tokensSetting = listSetting.transform((texts, context): readonly TokenEntry[] => {
  const entries: TokenEntry[] = []
  for (const [index, text] of texts.entries()) {
    const parsed = parseTokenEntry(text, index + 1)
    if (typeof parsed === 'string') context.addIssue({ code: 'custom', message: parsed })
    else if (entries.some(({ name }) => name === parsed.entry.name))
      context.addIssue({ code: 'custom', message: `two tokens are called '${parsed.entry.name}'` })
    else entries.push(parsed.entry)
  }
  return entries
})
