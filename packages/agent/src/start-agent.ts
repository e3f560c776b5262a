import { isMainThread } from 'node:worker_threads'
import { readConfigFile, withFileSettings } from './config/read-config-file.ts'
import { captureConsole } from './console-logs.ts'
import { reportLostContext, watchLostContext } from './context/lost-context.ts'
import { recordCrashes } from './crash-record.ts'
import { flushOnExit } from './exit-flush.ts'
import { controlSettings, type ControlSettings } from './control/control-settings.ts'
import { startLiveControl } from './control/live-control.ts'
import { durationRecorders } from './metrics/duration-recorders.ts'
import { reportBundled } from './findings/bundled-program.ts'
import { packagesInMemory, reportLoadedBefore } from './findings/loaded-before.ts'
import { allFindings, openFindings, reportFinding } from './findings/report-finding.ts'
import { createPipelines } from './pipelines.ts'
import { setInvocationFlush } from './instrumentations/lambda/flush-invocation.ts'
import { PluginHost } from './plugins/plugin-host.ts'
import { pluginWanted } from './plugins/plugin-switches.ts'
import { allPlugins } from './plugins/registry.ts'
import { createProfiles } from './profiles/create-profiles.ts'
import { startRules, switchRule } from './rules/start-rules.ts'
import { deriveServiceName } from './service-name.ts'
import { numberFrom, wantsOwnTracer, withDefaults } from './settings.ts'
import { processFacts, skipReason } from './skip-reason.ts'
import { startSdk } from './start-sdk.ts'

/** After that a program has loaded what it needs. */
const PROGRAM_STANDS_MS = 3000

const STARTED = Symbol.for('clew.agent.started')

/**
 * Starts the OpenTelemetry SDK with every instrumentation in this process, configured by OTEL_* with the agent's
 * defaults. Does nothing where it has no business (see `skipReason`) and when called a second time.
 *
 * @public called by `load-agent.ts` through the bundled file
 */
export function startAgent(): void {
  const marks = globalThis as { [STARTED]?: true }
  if (marks[STARTED] || skipReason(processFacts())) return
  marks[STARTED] = true
  if (!process.env['OTEL_CONFIG_FILE']?.trim()) return startWithDefaults()
  const { variables, ignored } = readConfigFile()
  if (variables['OTEL_SDK_DISABLED'] === 'true') return
  for (const text of ignored) reportFinding('configuration', `${process.env['OTEL_CONFIG_FILE']}: ${text}`)
  withFileSettings(process.env, variables, startWithDefaults)
}

function startWithDefaults(): void {
  // A queue bounded in spans only where somebody asked for it: the own tracer's is bounded in bytes.
  const maxQueuedSpans = numberFrom(process.env, 'OTEL_BSP_MAX_QUEUE_SIZE', 0) || Number.POSITIVE_INFINITY
  const control = controlSettings(process.env)
  withDefaults(process.env, () => start(maxQueuedSpans, control))
}

function start(maxQueuedSpans: number, control: ControlSettings | undefined): void {
  // A copy: some of it is read when a library is loaded, and by then the defaults are out of the environment again.
  const env = { ...process.env }
  const inMemory = packagesInMemory()
  const { flush, takePending, fastTraces, durations, logGate, tracesUrl, openProfiles, ...parts } = createPipelines(
    env,
    {
      ownTracer: wantsOwnTracer(env),
      maxQueuedSpans,
    },
  )
  const serviceName = deriveServiceName(process.argv[1], env)
  const { end: endRest, resource } = startSdk({ env, serviceName, parts, fastTraces, tracesUrl })
  openFindings()
  if (fastTraces !== undefined && env['CLEW_LOST_CONTEXT']?.trim().toLowerCase() !== 'off') {
    watchLostContext(fastTraces.startHooks)
  }
  const plugins = allPlugins({ sdkHttp: fastTraces === undefined })
  const host = new PluginHost({ plugins, env, durations: durationRecorders(env, durations), report: reportFinding })
  host.start()
  reportLoadedBefore(inMemory, host.packages)
  // When the program stands: looking at its file is no part of its start.
  const lookAtProgram = once(() => reportBundled(process.argv[1], host.unseenPackages))
  setTimeout(lookAtProgram, PROGRAM_STANDS_MS).unref()
  startRules(env, reportFinding)
  if (pluginWanted(env, 'console')) captureConsole()
  recordCrashes()
  const profiles = createProfiles({ env, serviceName, resource, open: openProfiles })
  startLiveControl({
    env,
    control,
    serviceName,
    fastTraces,
    logGate,
    isMainThread,
    points: { findings: openedFindings, setRuleEnabled: switchRule, profiles },
  })
  const budgetMs = numberFrom(env, 'CLEW_EXIT_BUDGET_MS', 500)
  setInvocationFlush({ flush, budgetMs })
  flushOnExit({
    budgetMs,
    // What the SDK exports by itself (gRPC, console) can only be flushed by ending it.
    flush: async (final) => {
      if (final) {
        profiles.end()
        lookAtProgram()
        fastTraces?.sampler.tail?.flush()
        reportLostContext()
      } else profiles.collect()
      await Promise.all([flush(), final ? endRest?.() : undefined])
    },
    takePending: () => {
      profiles.end()
      return takePending()
    },
  })
  // When everything stands that sends what it sees.
  profiles.startConfigured()
}

/** The action, for the first call only. */
function once(action: () => void): () => void {
  let done = false
  return () => {
    if (done) return
    done = true
    action()
  }
}

function openedFindings(): { component: string; message: string }[] {
  return allFindings().map(({ kind, text }) => ({ component: kind, message: text }))
}
