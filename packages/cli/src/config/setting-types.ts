import { parseByteSize } from '@clew/base/byte-size'
import { parseGoDuration } from '@clew/base/go-duration'
import { z } from 'zod'

/** What the reference page and `--help` say about a setting beside its schema. */
export type SettingMeta = {
  /** Placeholder of the value in `--help`. */
  readonly value: string
  readonly description: string
  /** Heading in the reference page. */
  readonly group: string
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
