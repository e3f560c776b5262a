import type { Fate } from './exit-fates.ts'
import type { PendingRequest } from './pending-request.ts'
import { reportOnce } from './report-once.ts'
import type { SignalName } from './settings.ts'

/** What is left of one signal when the process ends. */
export interface LastRequest extends PendingRequest {
  readonly signal: SignalName
}

/** Words for people; a report is one collection of all metrics. */
const WORDS: Readonly<Record<SignalName, string>> = {
  TRACES: 'spans',
  LOGS: 'log records',
  METRICS: 'reports of metrics',
  PROFILES: 'profiles',
}

/**
 * Puts what has not arrived on the disk, where CLEW_SPOOL_DIR names a folder, for the next process; else it is lost, and one
 * line says how much of what, and why. What the backend refuses for good would be refused again, and is not kept.
 */
export function accountFor(requests: readonly LastRequest[], fates: readonly Fate[]): void {
  const lost = new Map<SignalName, number>()
  let why: string | undefined
  for (const [index, request] of requests.entries()) {
    const fate = fates[index] ?? 'no-answer'
    if (fate === 'accepted' || (fate !== 'refused' && request.setAside())) continue
    lost.set(request.signal, (lost.get(request.signal) ?? 0) + request.items)
    why ??= reasonOf(fate, request.url)
  }
  if (why === undefined) return
  const counts = [...lost].map(([signal, items]) => `${items} ${WORDS[signal]}`)
  reportOnce(`${counts.join(' and ')} could not be sent before the end of the program: ${why}`)
}

function reasonOf(fate: Fate, url: string): string {
  if (fate === 'refused') return `${url} refused them`
  if (fate === 'later') return `${url} wanted them later`
  return fate === 'unreachable' ? `nobody listens at ${url}` : `no answer from ${url} in time`
}
