import type { Clock } from '@clew/base/clock'
import { systemClock } from '@clew/base/clock'
import { silentLogger } from '@clew/base/logger'
import type { ComponentContext } from '../core/component.ts'
import { LOCAL_ACCESS } from '../kit/access.ts'
import { DecisionRecord } from '../core/decisions.ts'
import { SelfMetrics } from '../core/self-metrics.ts'

/** What a component is given when a test creates it by itself. */
export function contextFor(
  node: string,
  options: { readonly clock?: Clock; readonly print?: (text: string) => void } = {},
): { context: ComponentContext; decisions: DecisionRecord; statuses: string[] } {
  const clock = options.clock ?? systemClock
  const decisions = new DecisionRecord(clock)
  const statuses: string[] = []
  return {
    decisions,
    statuses,
    context: {
      id: node.slice(node.indexOf('/') + 1),
      node,
      logger: silentLogger,
      clock,
      metrics: new SelfMetrics(),
      record: decisions.component(node),
      host: { ready: () => true, statuses: () => [], startedMillis: clock.unixMillis() },
      access: LOCAL_ACCESS,
      batchHint: undefined,
      userAgent: 'Clew/test',
      print: options.print ?? (() => undefined),
      reportStatus: (status) => void statuses.push(status),
    },
  }
}
