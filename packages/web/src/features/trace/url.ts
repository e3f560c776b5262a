import { z } from 'zod'

/** The trace page in the address bar. */
export const traceUrl = z.object({
  /** The selected span, whose panel is open. */
  span: z
    .string()
    .regex(/^[0-9a-fA-F]{0,16}$/)
    .catch(''),
  view: z.enum(['timeline', 'table']).catch('timeline'),
  tab: z.enum(['attributes', 'events', 'links', 'logs']).catch('attributes'),
  /** Search inside the trace. */
  find: z.string().max(1000).catch(''),
  /** The part of the trace on the screen, nanoseconds after its start: `from-to`. Empty: all of it. */
  zoom: z
    .string()
    .regex(/^\d{1,18}-\d{1,18}$/)
    .catch(''),
})
export type TraceUrl = z.infer<typeof traceUrl>

/** The window of a `zoom` field; undefined for all of the trace or for nonsense. */
export function readZoom(zoom: string, total: number): { start: number; end: number } | undefined {
  const [start, end] = zoom.split('-').map(Number)
  if (start === undefined || end === undefined || !(end > start) || start >= total) return undefined
  return { start, end: Math.min(end, total) }
}

export function writeZoom(window: { start: number; end: number }, total: number): string {
  if (window.start <= 0 && window.end >= total) return ''
  return `${Math.max(0, Math.round(window.start))}-${Math.round(window.end)}`
}
