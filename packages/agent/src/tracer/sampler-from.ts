import { diag } from '@opentelemetry/api'
import type { SamplingSettings } from '@clew/opamp/live-settings'
import { parseSampling } from '@clew/opamp/parse-live-settings'
import { Sampler } from './sampler.ts'

type Env = Readonly<Record<string, string | undefined>>

/** OTEL_TRACES_SAMPLER by name: root share (undefined: from OTEL_TRACES_SAMPLER_ARG), and whether parents decide. */
const SAMPLERS: Readonly<Record<string, { readonly share?: number; readonly parentBased: boolean }>> = {
  always_on: { share: 1, parentBased: false },
  always_off: { share: 0, parentBased: false },
  traceidratio: { parentBased: false },
  parentbased_always_on: { share: 1, parentBased: true },
  parentbased_always_off: { share: 0, parentBased: true },
  parentbased_traceidratio: { parentBased: true },
  // The share comes from the server; until it has said one, the configured one holds.
  jaeger_remote: { parentBased: false },
  parentbased_jaeger_remote: { parentBased: true },
}

const DEFAULT_SAMPLER = { share: 1, parentBased: true }

/**
 * The sampler of OTEL_TRACES_SAMPLER and OTEL_TRACES_SAMPLER_ARG, with CLEW_SAMPLING (JSON, the `sampling` part of the live
 * settings) on top; what is invalid is reported and counts as unset.
 */
export function samplerFrom(env: Env): Sampler {
  const sampler = namedSampler(env)
  sampler.configure(samplingFrom(env))
  return sampler
}

/** What CLEW_SAMPLING sets. */
export function samplingFrom(env: Env): SamplingSettings {
  const text = env['CLEW_SAMPLING']?.trim()
  if (!text) return {}
  try {
    const { settings, problems } = parseSampling(JSON.parse(text))
    for (const problem of problems) diag.error(`CLEW_SAMPLING: ${problem}`)
    return settings
  } catch {
    diag.error('CLEW_SAMPLING is not JSON and counts as unset')
    return {}
  }
}

function namedSampler(env: Env): Sampler {
  const name = env['OTEL_TRACES_SAMPLER']?.trim()
  const found = name ? SAMPLERS[name] : DEFAULT_SAMPLER
  if (found === undefined) diag.error(`unknown OTEL_TRACES_SAMPLER value "${name}", using default`)
  const { share, parentBased } = found ?? DEFAULT_SAMPLER
  if (name?.endsWith('jaeger_remote') === true) {
    return new Sampler({ share: jaegerRemoteFrom(env).initialShare, parentBased, announces: true })
  }
  if (share !== undefined) return new Sampler({ share, parentBased, announces: false })
  return new Sampler({ share: shareFrom(env['OTEL_TRACES_SAMPLER_ARG']), parentBased, announces: true })
}

/** OTEL_TRACES_SAMPLER_ARG of the `jaeger_remote` samplers. OpenTelemetry, environment variables: sampler arguments. */
export interface JaegerRemoteArguments {
  /** Base URL; undefined: where the control plane is. */
  readonly endpoint: string | undefined
  readonly pollMs: number
  readonly initialShare: number
}

/** Reads `endpoint=http://…,pollingIntervalMs=1000,initialSamplingRate=0.25`. */
export function jaegerRemoteFrom(env: Env): JaegerRemoteArguments {
  const given = new Map<string, string>()
  for (const part of (env['OTEL_TRACES_SAMPLER_ARG'] ?? '').split(',')) {
    const at = part.indexOf('=')
    if (at > 0) given.set(part.slice(0, at).trim(), part.slice(at + 1).trim())
  }
  const number = (name: string, fallback: number, min: number, max: number): number => {
    const value = given.has(name) ? Number(given.get(name)) : Number.NaN
    return value >= min && value <= max ? value : fallback
  }
  return {
    endpoint: given.get('endpoint') || undefined,
    pollMs: number('pollingIntervalMs', 1000, 100, 3_600_000),
    initialShare: number('initialSamplingRate', 1, 0, 1),
  }
}

function shareFrom(text: string | undefined): number {
  const share = text?.trim() ? Number(text) : Number.NaN
  if (share >= 0 && share <= 1) return share
  diag.error(`OTEL_TRACES_SAMPLER_ARG is ${text?.trim() ? `"${text}", which is not 0 to 1` : 'not set'}: using 1`)
  return 1
}
