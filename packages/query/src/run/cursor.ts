import { ClewError } from '@clew/base/errors'
import type { z } from 'zod'

/** A place in a result list as opaque text. It holds no secrets and needs none: it is checked like any other input. */
export function encodeCursor(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

/** Reads a cursor that `encodeCursor` made. Throws ClewError BAD_CURSOR. */
export function decodeCursor<T>(text: string, schema: z.ZodType<T>): T {
  let value: unknown
  try {
    value = JSON.parse(Buffer.from(text, 'base64url').toString())
  } catch {
    value = undefined
  }
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  throw new ClewError('BAD_CURSOR', 'the cursor is not one that this question gave out', {
    fix: 'pass nextCursor of the last answer with the same sort, or start without a cursor',
  })
}
