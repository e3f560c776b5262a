import type { ComponentHealth } from '@clew/opamp/messages'
import type { FastTraces } from '../pipeline/fast-traces.ts'
import { jaegerRemoteFrom, samplingFrom } from '../tracer/sampler-from.ts'
import { agentDescription } from './agent-description.ts'
import { samplingUrl, type ControlSettings } from './control-settings.ts'
import { pollStrategy } from './jaeger-remote.ts'
import {
  instrumentationLever,
  logLevelLever,
  profileLever,
  ruleLever,
  SamplingLever,
  severityLever,
  type Lever,
  type ProfilePoint,
} from './levers.ts'
import { LiveSettingsApplier } from './live-settings-applier.ts'
import type { LogGate } from './log-gate.ts'
import { OpampClient } from './opamp-client.ts'

/** What other parts of the agent offer to be switched while the program runs. A part that is not there offers nothing. */
export interface ControlPoints {
  /** Switches an instrumentation rule; false when there is none of that name. */
  readonly setRuleEnabled?: (name: string, on: boolean) => boolean
  readonly profiles: ProfilePoint
  /** What is not well in the agent, and why. */
  readonly findings?: () => readonly { readonly component: string; readonly message: string }[]
}

/** What can be controlled, and from where. */
export interface LiveControlOptions {
  readonly env: Readonly<Record<string, string | undefined>>
  /** Undefined: nobody controls this process from outside. */
  readonly control: ControlSettings | undefined
  readonly serviceName: string | undefined
  readonly fastTraces: FastTraces | undefined
  readonly logGate: LogGate
  readonly isMainThread: boolean
  readonly points: ControlPoints
}

/** The program comes first: the connection is made when it has had its first moment. */
const CONNECT_AFTER_MS = 100
/** Findings come up while modules load, profiles end by themselves; they are looked at so often and reported when they are others. */
const LOOK_EVERY_MS = 5000

/**
 * Connects the agent with the control plane: what is set there is in force here within a moment. The main thread has the
 * connection, worker threads follow it. Nothing here holds up the program or keeps it alive.
 */
export function startLiveControl(options: LiveControlOptions): void {
  const { env, control, serviceName, fastTraces, logGate, isMainThread, points } = options
  const sampling = new SamplingLever(fastTraces, samplingFrom(env))
  startJaegerRemote(env, control, serviceName, sampling)
  if (control === undefined) return
  const levers: Lever[] = [
    sampling,
    severityLever(logGate),
    logLevelLever(),
    instrumentationLever(fastTraces),
    ruleLever((name, on) => points.setRuleEnabled?.(name, on) ?? false),
    profileLever(points.profiles),
  ] as Lever[]
  const settings = new LiveSettingsApplier(levers, isMainThread)
  if (!isMainThread) return
  const startNanos = BigInt(Math.round(performance.timeOrigin * 1000)) * 1000n
  const health = (): ComponentHealth => currentHealth(startNanos, points)
  const client = new OpampClient(control, {
    description: () => agentDescription(fastTraces?.pipeline.resource?.attributes, serviceName),
    health,
    effectiveConfig: () => settings.effective(),
    apply: (config) => settings.applyRemote(config),
  })
  client.start(CONNECT_AFTER_MS)
  const state = (): string => JSON.stringify([points.findings?.() ?? [], points.profiles.running])
  let reported = '[[],false]'
  setInterval(() => {
    const now = state()
    if (now === reported || !client.connected) return
    reported = now
    client.report()
  }, LOOK_EVERY_MS).unref()
}

function startJaegerRemote(
  env: LiveControlOptions['env'],
  control: ControlSettings | undefined,
  serviceName: string | undefined,
  sampling: SamplingLever,
): void {
  if (!/^(parentbased_)?jaeger_remote$/.test(env['OTEL_TRACES_SAMPLER']?.trim() ?? '')) return
  const { endpoint, pollMs } = jaegerRemoteFrom(env)
  const service = env['OTEL_SERVICE_NAME']?.trim() || serviceName || 'unknown_service:node'
  const url = jaegerUrl(endpoint, control, service)
  if (url === undefined) return
  // What opens the control plane is for nobody else.
  const own = control?.url.host === url.host ? control : undefined
  pollStrategy({ headers: {}, ...own, url }, pollMs, (settings) => {
    sampling.remote = settings
  })
}

function jaegerUrl(
  endpoint: string | undefined,
  control: ControlSettings | undefined,
  service: string,
): URL | undefined {
  if (endpoint === undefined) return control === undefined ? undefined : samplingUrl(control, service)
  try {
    const url = new URL(endpoint)
    if (url.pathname === '/') url.pathname = '/sampling'
    url.searchParams.set('service', service)
    return url
  } catch {
    return undefined
  }
}

/** Healthy is an agent that works; findings are parts of it that do not see what they should. */
function currentHealth(startTimeUnixNano: bigint, points: ControlPoints): ComponentHealth {
  const statusTimeUnixNano = BigInt(Date.now()) * 1_000_000n
  const components = (points.findings?.() ?? []).slice(0, 100).map(({ component, message }) => {
    const part: ComponentHealth = { healthy: false, lastError: message.slice(0, 500), statusTimeUnixNano }
    return [component.slice(0, 200), part] as const
  })
  return {
    healthy: true,
    status: components.length === 0 ? 'ok' : `${components.length} findings`,
    startTimeUnixNano,
    statusTimeUnixNano,
    componentHealthMap: Object.fromEntries(components),
  }
}
