import type { ComponentContext } from '../../core/component.ts'
import type { CutReason } from '../../kit/cut-reason.ts'

/** Counts connections that were ended because of what their client did, as `clew_receiver_connections_cut`. */
export function cutCounter({ metrics, id }: ComponentContext, transport: 'grpc' | 'http'): (reason: CutReason) => void {
  const help = 'Connections ended because of what their client did, by reason'
  return (reason) => metrics.counter('clew_receiver_connections_cut', help, { receiver: id, transport, reason }).add(1)
}
