import type { ClientRequest } from 'node:http'
import type { Outcome } from './judge-answer.ts'

/** What came of a request; `stale` when the backend had closed the kept connection before the request came. */
export type Posted = Outcome & { readonly stale?: boolean }

/** Whether a request failed only because the other side had closed the connection for having been idle. */
export function isStale(request: ClientRequest, { code }: NodeJS.ErrnoException): boolean {
  return request.reusedSocket && (code === 'ECONNRESET' || code === 'EPIPE')
}
