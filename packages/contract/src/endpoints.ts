import { clearAgents, listAgents, setAgents } from './agents.ts'
import { getBackup, startBackup } from './backups.ts'
import type { Endpoint } from './endpoint.ts'
import { decideKey, listKeys } from './keys.ts'
import { logHistogram, searchLogs, tailLogs } from './logs.ts'
import { listMetrics, metricLabels, metricSeries } from './metrics.ts'
import { getPipeline, recentDecisions, tapPipeline } from './pipeline.ts'
import { getService, listOperations, listServices, serviceGraph } from './services.ts'
import { getSession, signIn, signOut } from './session.ts'
import { getStatus, sendTestTrace } from './status.ts'
import {
  attributeKeys,
  attributeValues,
  getSpan,
  getTrace,
  searchTraces,
  searchTraceSpans,
  traceHistogram,
  traceScatter,
} from './traces.ts'

/** Every endpoint of the own API. A new one is one definition and one line here. */
export const endpoints: readonly Endpoint[] = [
  getStatus,
  sendTestTrace,
  getSession,
  signIn,
  signOut,
  startBackup,
  getBackup,
  searchTraces,
  traceHistogram,
  traceScatter,
  getTrace,
  getSpan,
  searchTraceSpans,
  attributeKeys,
  attributeValues,
  listKeys,
  decideKey,
  listServices,
  getService,
  listOperations,
  serviceGraph,
  searchLogs,
  logHistogram,
  tailLogs,
  listMetrics,
  metricLabels,
  metricSeries,
  getPipeline,
  recentDecisions,
  tapPipeline,
  listAgents,
  setAgents,
  clearAgents,
]
