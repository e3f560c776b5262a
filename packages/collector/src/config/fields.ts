import { parseByteSize } from '@clew/base/byte-size'
import { parseGoDuration } from '@clew/base/go-duration'
import { z } from 'zod'

/** A duration as the Collector writes it (`200ms`, `1h30m`), in milliseconds. `standard` is used when it is absent. */
export function durationMs(standard: string, options: { readonly positive?: boolean } = {}): z.ZodType<number> {
  return duration(options.positive === true)
    .prefault(standard)
    .meta({ type: 'string', format: 'duration' })
}

function duration(positive: boolean): z.ZodType<number> {
  return z.unknown().transform((value, context): number => {
    const ms = typeof value === 'string' ? parseGoDuration(value) : value === 0 ? 0 : undefined
    if (ms === undefined) {
      const unit = typeof value === 'number' ? `; a bare number has no unit, did you mean "${value}s"?` : ''
      context.addIssue({ code: 'custom', message: `expected a duration such as 200ms, 5s or 1h30m${unit}` })
      return z.NEVER
    }
    if (ms < 0 || (positive && ms === 0)) {
      context.addIssue({ code: 'custom', message: `must be ${positive ? 'positive' : 'non-negative'}` })
      return z.NEVER
    }
    return ms
  })
}

/** A size in bytes: a number, or text such as `20MiB`. */
export function byteSize(standardBytes: number, options: { readonly min?: number } = {}): z.ZodType<number> {
  return z
    .unknown()
    .transform((value, context): number => {
      const bytes = typeof value === 'number' ? value : typeof value === 'string' ? parseByteSize(value) : undefined
      if (bytes === undefined || !Number.isSafeInteger(bytes) || bytes < (options.min ?? 0)) {
        const least = options.min === undefined ? '' : ` of at least ${options.min} bytes`
        context.addIssue({ code: 'custom', message: `expected a size${least} such as 1048576, 512KiB or 20MiB` })
        return z.NEVER
      }
      return bytes
    })
    .prefault(standardBytes)
    .meta({ type: 'integer', format: 'bytes' })
}

/** A whole number within bounds. */
export function integer(standard: number, min: number, max: number = Number.MAX_SAFE_INTEGER): z.ZodType<number> {
  return z.int().min(min).max(max).default(standard)
}
