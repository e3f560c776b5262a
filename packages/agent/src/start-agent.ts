import { captureConsole } from './console-logs.ts'
import { recordCrashes } from './crash-record.ts'
import { flushOnExit } from './exit-flush.ts'
import { durationRecorder } from './instrumentations/http/duration-recorder.ts'
import { instrumentHttpServers } from './instrumentations/http/server.ts'
import { openFindings, reportFinding } from './findings/report-finding.ts'
import { createPipelines } from './pipelines.ts'
import { PluginHost } from './plugins/plugin-host.ts'
import { pluginWanted } from './plugins/plugin-switches.ts'
import { allPlugins } from './plugins/registry.ts'
import { startRules } from './rules/start-rules.ts'
import { deriveServiceName } from './service-name.ts'
import { numberFrom, wantsOwnTracer, withDefaults } from './settings.ts'
import { processFacts, skipReason } from './skip-reason.ts'
import { startSdk } from './start-sdk.ts'

const STARTED = Symbol.for('clew.agent.started')

/**
 * Starts the OpenTelemetry SDK with every instrumentation in this process, configured by OTEL_* with the agent's
 * defaults. Does nothing where it has no business (see `skipReason`) and when called a second time.
 */
export function startAgent(): void {
  const marks = globalThis as { [STARTED]?: true }
  if (marks[STARTED] || skipReason(processFacts())) return
  marks[STARTED] = true
  // A queue bounded in spans only where somebody asked for it: the own tracer's is bounded in bytes.
  const maxQueuedSpans = numberFrom(process.env, 'OTEL_BSP_MAX_QUEUE_SIZE', 0) || Number.POSITIVE_INFINITY
  withDefaults(process.env, () => start(maxQueuedSpans))
}

function start(maxQueuedSpans: number): void {
  const { env } = process
  const { flush, takePending, fastTraces, serverDurations, ...parts } = createPipelines(env, {
    ownTracer: wantsOwnTracer(env),
    maxQueuedSpans,
  })
  const ownHttpServer = fastTraces !== undefined && pluginWanted(env, 'http')
  const serviceName = deriveServiceName(process.argv[1], env)
  const endRest = startSdk({ env, serviceName, parts, fastTraces })
  openFindings()
  const plugins = allPlugins({ sdkHttp: fastTraces === undefined })
  new PluginHost({ plugins, env, report: reportFinding }).start()
  startRules(env, reportFinding)
  if (ownHttpServer) instrumentHttpServers(durationRecorder(env, serverDurations))
  if (pluginWanted(env, 'console')) captureConsole()
  recordCrashes()
  flushOnExit({
    budgetMs: numberFrom(env, 'CLEW_EXIT_BUDGET_MS', 500),
    // What the SDK exports by itself (gRPC, console) can only be flushed by ending it.
    flush: async (final) => void (await Promise.all([flush(), final ? endRest?.() : undefined])),
    takePending,
  })
}
