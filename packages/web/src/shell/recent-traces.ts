import { z } from 'zod'
import { storage } from './storage.ts'

const STORAGE_KEY = 'clew.recent-traces'
const MAX_RECENT = 20

const recent = z
  .array(z.object({ traceId: z.string().regex(/^[0-9a-f]{1,32}$/), title: z.string().max(300) }))
  .catch([])

export type RecentTrace = z.infer<typeof recent>[number]

/** Traces opened in this browser, the latest first. */
export function recentTraces(): RecentTrace[] {
  return recent.parse(storage.read(STORAGE_KEY))
}

export function rememberTrace(trace: RecentTrace): void {
  const others = recentTraces().filter((other) => other.traceId !== trace.traceId)
  storage.write(STORAGE_KEY, [trace, ...others].slice(0, MAX_RECENT))
}
