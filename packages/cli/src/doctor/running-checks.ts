import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { ClewError, errorMessage } from '@clew/base/errors'
import { getPipeline } from '@clew/contract/pipeline'
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
    status.ready && status.problem === null
      ? ok(
          'running',
          `Clew ${status.version} at ${status.endpoints.ui}, store ${status.store.kind} ${status.store.version}`,
        )
      : problem('running', status.problem ?? 'it is not ready to take data'),
  ]
  checks.push(await booksCheck(client), await roundTripCheck(client), ...(await agentFindingChecks(client)))
  return { running: true, checks }
}

async function booksCheck(client: ApiClient): Promise<Check> {
  const { totals, store } = await client.call(getPipeline, {})
  const sum = (counts: { traces: number; logs: number; metrics: number }): number =>
    counts.traces + counts.logs + counts.metrics
  const lost = sum(totals.dropped)
  const detail = `${formatCount(sum(totals.received))} items received, ${formatCount(sum(totals.stored))} stored, ${formatCount(lost)} dropped, ${formatCount(sum(totals.refused))} refused`
  if (store.status !== 'ok') return problem('pipeline', store.message)
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
