import { metrics } from '@opentelemetry/api'
import { reportFinding } from '../findings/report-finding.ts'
import type { FastTraces } from '../pipeline/fast-traces.ts'
import { OverheadBudget, parseOverheadBudget, type OverheadStep } from './overhead-budget.ts'
import { ownTime } from './own-time.ts'

const LOOK_EVERY_MS = 1000

const SAID: Readonly<Record<Exclude<OverheadStep, 'restored'>, string>> = {
  layers: 'spans of inner layers are left out',
  attributes: 'spans keep only their first attributes',
  sampling: 'fewer traces are kept',
}

/**
 * Publishes what the agent costs (`clew.agent.overhead.cpu`, `.heap`, `.delay`), and keeps it under CLEW_OVERHEAD_BUDGET where
 * that is set. Counted is what the agent does on the program's own thread: making, encoding and sending spans.
 */
export function watchOverhead(env: Readonly<Record<string, string | undefined>>, traces: FastTraces): void {
  const limit = parseOverheadBudget(env['CLEW_OVERHEAD_BUDGET'])
  if (limit instanceof Error) reportFinding('configuration', limit.message)
  const budget = new OverheadBudget(typeof limit === 'number' ? limit : Number.POSITIVE_INFINITY, traces.sheddable)
  let before = { ownMs: 0, processMs: processMs() }
  let longestMs = 0
  const look = (): void => {
    const own = ownTime()
    const now = { ownMs: own.totalMs, processMs: processMs() }
    longestMs = Math.max(longestMs, own.longestMs)
    const step = budget.look({ ownMs: now.ownMs - before.ownMs, processMs: now.processMs - before.processMs })
    before = now
    if (step === undefined || step === 'restored') return
    reportFinding('reduced', `the agent was above CLEW_OVERHEAD_BUDGET=${env['CLEW_OVERHEAD_BUDGET']}: ${SAID[step]}`)
  }
  setInterval(look, LOOK_EVERY_MS).unref()

  const meter = metrics.getMeter('@clew/agent')
  const cpu = meter.createObservableGauge('clew.agent.overhead.cpu', {
    unit: '1',
    description: "The agent's part of the processor time of the process in the last second, estimated.",
  })
  const heap = meter.createObservableGauge('clew.agent.overhead.heap', {
    unit: 'By',
    description: 'Memory held by telemetry that waits or is on the wire.',
  })
  const delay = meter.createObservableGauge('clew.agent.overhead.delay', {
    unit: 's',
    description: "The longest single piece of the agent's work on the program's thread since the last report.",
  })
  meter.addBatchObservableCallback(
    (result) => {
      result.observe(cpu, budget.share)
      result.observe(heap, traces.pipeline.waitingBytes)
      result.observe(delay, longestMs / 1000)
      longestMs = 0
    },
    [cpu, heap, delay],
  )
}

function processMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}
