import { clearAgents, listAgents, setAgents } from '@clew/contract/agents'
import { getBackup, startBackup } from '@clew/contract/backups'
import type { Endpoint, OutputOf, ParsedInputOf } from '@clew/contract/endpoint'
import { decideKey, listKeys } from '@clew/contract/keys'
import { logHistogram, searchLogs } from '@clew/contract/logs'
import { listMetrics, metricLabels, metricSeries } from '@clew/contract/metrics'
import { getPipeline, recentDecisions } from '@clew/contract/pipeline'
import { getService, listOperations, listServices, serviceGraph } from '@clew/contract/services'
import { getStatus, sendTestTrace } from '@clew/contract/status'
import {
  attributeKeys,
  attributeValues,
  getSpan,
  getTrace,
  searchTraces,
  searchTraceSpans,
  traceHistogram,
  traceScatter,
} from '@clew/contract/traces'
import { answerAttributeKeys } from '../attributes/attribute-keys.ts'
import { answerAttributeValues } from '../attributes/attribute-values.ts'
import { answerDecideKey } from '../attributes/decide-key.ts'
import type { KeyTable } from '../attributes/list-keys.ts'
import { answerLogHistogram } from '../logs/log-histogram.ts'
import { answerSearchLogs } from '../logs/search-logs.ts'
import { answerListMetrics } from '../metrics/list-metrics.ts'
import { answerMetricLabels } from '../metrics/metric-labels.ts'
import { answerMetricSeries } from '../metrics/metric-series.ts'
import type { ControlPort, KeysPort, PipelinePort, StatusPort } from '../ports.ts'
import type { Question } from '../run/question.ts'
import { answerGetService } from '../services/get-service.ts'
import { answerListServices } from '../services/list-services.ts'
import { answerListOperations } from '../services/operations.ts'
import { answerServiceGraph } from '../services/service-graph.ts'
import { answerGetSpan } from '../traces/get-span.ts'
import { answerGetTrace } from '../traces/get-trace.ts'
import type { RecentTraces } from '../traces/recent-traces.ts'
import { answerSearchTraceSpans } from '../traces/search-trace-spans.ts'
import { answerSearchTraces } from '../traces/search-traces.ts'
import { answerTraceHistogram } from '../traces/trace-histogram.ts'
import { answerTraceScatter } from '../traces/trace-scatter.ts'

/** What answers need beside the question itself. */
export interface AnswerParts {
  readonly recentTraces: RecentTraces
  readonly keyTable: KeyTable
  readonly keys: KeysPort
  readonly status: StatusPort
  readonly pipeline: PipelinePort
  readonly control: ControlPort
}

/** An endpoint and what answers it. */
export interface Route {
  readonly endpoint: Endpoint
  readonly answer: (input: unknown, question: Question, parts: AnswerParts) => Promise<unknown>
}

function route<E extends Endpoint>(
  endpoint: E,
  answer: (input: ParsedInputOf<E>, question: Question, parts: AnswerParts) => Promise<OutputOf<E>>,
): Route {
  return {
    endpoint,
    answer: async (input, question, parts) => await answer(input as ParsedInputOf<E>, question, parts),
  }
}

/** Every endpoint that answers with one document. A new one is one file and one line here. */
export const routes: readonly Route[] = [
  route(getStatus, async (_input, _question, parts) => await parts.status.status()),
  route(sendTestTrace, async (input, _question, parts) => await parts.status.sendTestTrace(input)),
  route(startBackup, (input, _question, parts) => parts.status.startBackup(input)),
  route(getBackup, (input, _question, parts) => parts.status.getBackup(input)),
  route(searchTraces, answerSearchTraces),
  route(traceHistogram, answerTraceHistogram),
  route(traceScatter, answerTraceScatter),
  route(getTrace, async (input, question, parts) => await answerGetTrace(input, parts.recentTraces, question)),
  route(getSpan, answerGetSpan),
  route(searchTraceSpans, answerSearchTraceSpans),
  route(attributeKeys, answerAttributeKeys),
  route(attributeValues, answerAttributeValues),
  route(listKeys, async (input, question, parts) => await parts.keyTable.answer(input, question)),
  route(decideKey, async (input, _question, parts) => await answerDecideKey(input, parts.keys)),
  route(listServices, answerListServices),
  route(getService, answerGetService),
  route(listOperations, answerListOperations),
  route(serviceGraph, answerServiceGraph),
  route(searchLogs, answerSearchLogs),
  route(logHistogram, answerLogHistogram),
  route(listMetrics, answerListMetrics),
  route(metricLabels, answerMetricLabels),
  route(metricSeries, answerMetricSeries),
  route(getPipeline, async (_input, _question, parts) => await parts.pipeline.snapshot()),
  route(recentDecisions, async (input, _question, parts) => ({ decisions: parts.pipeline.decisions(input) })),
  route(listAgents, async (input, _question, parts) => parts.control.list(input)),
  route(setAgents, async (input, _question, parts) => await parts.control.set(input)),
  route(clearAgents, async (input, _question, parts) => await parts.control.clear(input)),
]
