import type { TimeInput } from '@opentelemetry/api'

/** Whether an argument is a time in one of the forms of the API, rather than attributes. */
export function isTimeInput(value: unknown): value is TimeInput {
  if (typeof value === 'number' || value instanceof Date) return true
  return Array.isArray(value) && value.length === 2 && typeof value[0] === 'number' && typeof value[1] === 'number'
}
