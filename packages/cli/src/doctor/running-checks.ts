import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { ClewError, errorMessage } from '@clew/base/errors'
import { formatGoDuration } from '@clew/base/go-duration'
import { getPipeline, type Pipeline } from '@clew/contract/pipeline'
import { getStatus, sendTestTrace } from '@clew/contract/status'
import { getTrace } from '@clew/contract/traces'
import type { ApiClient } from '../client/api.ts'
import type { Settings } from '../config/settings.ts'
import { formatCount } from '../output/quantity.ts'
import { agentFindingChecks } from './agent-findings.ts'
import { ok, problem, warning } from './check.ts'
import type { Check } from './check.ts'

/** Longest time a sent trace may take to be found before that is called a problem. */
const FIND_TIMEOUT_MS = 15_000
const FIND_INTERVAL_MS = 100

/** A running Clew: its state, its books, and whether a trace that is sent can be found. */
export async function runningChecks(client: ApiClient): Promise<{ running: boolean; checks: Check[] }> {
  let status
  try {
    status = await client.call(getStatus, {})
  } catch (error) {
    if (error instanceof ClewError && error.code === 'UNREACHABLE') {
      return {
        running: false,
        checks: [warning('running', `no Clew answers at ${client.baseUrl}`, 'start it with `clew up`')],
      }
    }
    return {
      running: true,
      checks: [problem('running', `${client.baseUrl} answers, but not as Clew does: ${errorMessage(error)}`)],
    }
  }
  const checks = [
    status.ready
      ? ok(
          'running',
          `Clew ${status.version} at ${status.endpoints.ui}, store ${status.store.kind} ${status.store.version}`.trimEnd(),
        )
      : problem('running', `it is not ready to take data${status.problem === null ? '' : `: ${status.problem}`}`),
  ]
  const pipeline = await client.call(getPipeline, {})
  checks.push(...troubleChecks(pipeline), booksCheck(pipeline), await roundTripCheck(client))
  checks.push(...(await agentFindingChecks(client)))
  return { running: true, checks }
}

/** Everything that is wrong with the store or a part of the pipeline, with the time since when. */
function troubleChecks({ store, nodes, timeNanos }: Pipeline): Check[] {
  const since = (nanos: string): string => {
    const agoMs = Math.max(0, Number((BigInt(timeNanos) - BigInt(nanos)) / 1_000_000n))
    const at = new Date(Number(BigInt(nanos) / 1_000_000n)).toISOString()
    return `since ${at} (${formatGoDuration(Math.round(agoMs / 1000) * 1000)})`
  }
  const ofStore = store.troubles.map(({ message, fix, sinceNanos, refusing }) => {
    const detail = `${message}; ${since(sinceNanos)}`
    return refusing ? problem('store', `data is refused: ${detail}`, fix) : problem('store', detail, fix)
  })
  const ofNodes = nodes
    .filter((node) => UNWELL.has(node.status))
    .map((node) =>
      problem(
        'pipeline',
        `${node.id}: ${node.statusMessage === '' ? node.status : node.statusMessage}; ${since(node.statusSinceNanos)}`,
      ),
    )
  return [...ofStore, ...ofNodes]
}

const UNWELL: ReadonlySet<string> = new Set(['recoverable-error', 'permanent-error', 'fatal-error'])

function booksCheck({ totals }: Pipeline): Check {
  const sum = (counts: { traces: number; logs: number; metrics: number }): number =>
    counts.traces + counts.logs + counts.metrics
  const lost = sum(totals.dropped)
  const detail = `${formatCount(sum(totals.received))} items received, ${formatCount(sum(totals.stored))} stored, ${formatCount(lost)} dropped, ${formatCount(sum(totals.refused))} refused`
  return lost === 0 ? ok('pipeline', detail) : warning('pipeline', detail, 'see the Pipeline page for the reasons')
}

async function roundTripCheck(client: ApiClient): Promise<Check> {
  const started = performance.now()
  try {
    const { traceId } = await client.call(sendTestTrace, {})
    while (performance.now() - started < FIND_TIMEOUT_MS) {
      if (await isFound(client, traceId)) {
        return ok('send and find', `a test trace was searchable after ${Math.round(performance.now() - started)} ms`)
      }
      await sleep(FIND_INTERVAL_MS)
    }
    return problem(
      'send and find',
      `trace ${traceId} was taken but not found within ${FIND_TIMEOUT_MS / 1000} s`,
      'look at the Pipeline page and the log of Clew',
    )
  } catch (error) {
    return problem('send and find', errorMessage(error), error instanceof ClewError ? error.fix : undefined)
  }
}

async function isFound(client: ApiClient, traceId: string): Promise<boolean> {
  try {
    return (await client.call(getTrace, { traceId, limit: 1 })).spanCount > 0
  } catch (error) {
    if (error instanceof ClewError && error.code === 'TRACE_NOT_FOUND') return false
    throw error
  }
}

/** Whether the ports Clew would listen on are free; asked when no Clew runs. */
export async function portChecks(settings: Settings): Promise<Check[]> {
  const wanted = [
    ['--port', settings.port],
    ['--otlp-grpc-port', settings.otlpGrpcPort],
    ['--otlp-http-port', settings.otlpHttpPort],
  ] as const
  return Promise.all(
    wanted.map(async ([flag, port]) =>
      (await isFree(port, settings.host))
        ? ok('port', `${port} is free`)
        : problem('port', `${port} is in use by another program`, `take another one with ${flag} <port>`),
    ),
  )
}

function isFree(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, host, () => server.close(() => resolve(true)))
  })
}
