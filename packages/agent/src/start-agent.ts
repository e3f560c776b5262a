import { isMainThread } from 'node:worker_threads'
import { captureConsole } from './console-logs.ts'
import { recordCrashes } from './crash-record.ts'
import { patchDefaultImports } from './esm-defaults.ts'
import { registerEsmHooks } from './esm-hooks.ts'
import { flushOnExit } from './exit-flush.ts'
import { createInstrumentations, instrumentedModules } from './instrumentations.ts'
import { durationRecorder } from './instrumentations/http/duration-recorder.ts'
import { instrumentHttpServers } from './instrumentations/http/server.ts'
import { controlSettings, type ControlSettings } from './control/control-settings.ts'
import { startLiveControl } from './control/live-control.ts'
import { createPipelines } from './pipelines.ts'
import { deriveServiceName } from './service-name.ts'
import { instrumentationWanted, numberFrom, wantsOwnTracer, withDefaults } from './settings.ts'
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
  const control = controlSettings(process.env)
  withDefaults(process.env, () => start(maxQueuedSpans, control))
}

function start(maxQueuedSpans: number, control: ControlSettings | undefined): void {
  const { env } = process
  const { flush, takePending, fastTraces, serverDurations, logGate, ...parts } = createPipelines(env, {
    ownTracer: wantsOwnTracer(env),
    maxQueuedSpans,
  })
  const ownHttpServer = fastTraces !== undefined && instrumentationWanted(env, 'http')
  const instrumentations = createInstrumentations(env, { isMainThread, ownHttpServer })
  const modules = instrumentedModules(instrumentations)
  patchDefaultImports(modules)
  registerEsmHooks(modules)
  const serviceName = deriveServiceName(process.argv[1], env)
  const endRest = startSdk({ env, instrumentations, serviceName, parts, fastTraces })
  if (ownHttpServer) instrumentHttpServers(durationRecorder(env, serverDurations))
  if (instrumentationWanted(env, 'console')) captureConsole()
  recordCrashes()
  startLiveControl({ env, control, serviceName, fastTraces, logGate, isMainThread, points: {} })
  flushOnExit({
    budgetMs: numberFrom(env, 'CLEW_EXIT_BUDGET_MS', 500),
    // What the SDK exports by itself (gRPC, console) can only be flushed by ending it.
    flush: async (final) => {
      if (final) fastTraces?.sampler.tail?.flush()
      await Promise.all([flush(), final ? endRest?.() : undefined])
    },
    takePending,
  })
}
