import { didYouMean } from '@clew/base/did-you-mean'
import { SIGNALS, type Signal } from '@clew/otlp/signal'
import type { ComponentKind } from '../core/component.ts'
import { parseComponentId } from '../core/component-id.ts'
import { checkSchema } from './check-schema.ts'
import type { CollectorConfig, PipelineConfig, ServiceTelemetryConfig } from './collector-config.ts'
import { ConfigError, type ConfigErrorCode } from './config-error.ts'
import { serviceSchema, type RawPipeline, type RawTelemetry } from './service-schema.ts'
import { positionAt, type Tree } from './tree.ts'

/** The ids that are configured, broken ones included, so that one mistake is reported once. */
export type ComponentTables = Readonly<Record<ComponentKind, ReadonlySet<string>>>

/** Checks the `service` section against what is configured. Undefined when its shape is wrong. */
export function loadService(
  tree: Tree,
  declared: ComponentTables,
  errors: ConfigError[],
): CollectorConfig['service'] | undefined {
  const checked = checkSchema(serviceSchema, tree, ['service'])
  errors.push(...checked.errors)
  if (checked.value === undefined) return undefined
  const raw = checked.value
  const report = (code: ConfigErrorCode, path: readonly (string | number)[], problem: string, fix?: string): void => {
    errors.push(new ConfigError({ code, path: ['service', ...path], position: positionAt(tree, path), problem, fix }))
  }
  for (const [index, id] of raw.extensions.entries()) {
    if (declared.extension.has(id)) continue
    const fix = suggest(id, declared.extension, 'extensions')
    report('CONFIG_REFERENCE', ['extensions', index], `references extension "${id}" which is not configured`, fix)
  }
  const pipelines = new Map<string, PipelineConfig>()
  for (const [id, pipeline] of Object.entries(raw.pipelines)) {
    const signal = pipelineSignal(id)
    if (typeof signal !== 'string') {
      report('CONFIG_VALUE', ['pipelines', id], signal.problem, signal.fix)
      continue
    }
    checkPipeline(id, pipeline, declared, report)
    pipelines.set(id, { id, signal, ...pipeline })
  }
  if (Object.keys(raw.pipelines).length === 0) {
    report('CONFIG_VALUE', ['pipelines'], 'service must have at least one pipeline', 'add pipelines: traces: …')
  }
  return { extensions: raw.extensions, pipelines, telemetry: telemetryOf(raw.telemetry) }
}

type Report = (code: ConfigErrorCode, path: readonly (string | number)[], problem: string, fix?: string) => void

function pipelineSignal(id: string): Signal | { problem: string; fix: string } {
  const parsed = parseComponentId(id)
  if (typeof parsed === 'string') return { problem: parsed, fix: 'name it traces, traces/2, logs, metrics/own, …' }
  const signal = SIGNALS.find((one) => one === parsed.type)
  if (signal !== undefined) return signal
  if (parsed.type === 'profiles') {
    return { problem: 'pipelines of profiles are not supported', fix: 'remove the pipeline' }
  }
  const meant = didYouMean(parsed.type, SIGNALS)
  return {
    problem: `unknown pipeline type "${parsed.type}"`,
    fix: meant === undefined ? `use ${SIGNALS.join(', ')}` : `did you mean "${meant}"?`,
  }
}

function checkPipeline(id: string, pipeline: RawPipeline, declared: ComponentTables, report: Report): void {
  const path = ['pipelines', id]
  if (pipeline.receivers.length === 0) {
    report('CONFIG_VALUE', path, 'must have at least one receiver', 'add receivers: [otlp]')
  }
  if (pipeline.exporters.length === 0) {
    report('CONFIG_VALUE', path, 'must have at least one exporter', 'add exporters: [debug]')
  }
  const parts = [
    ['receiver', 'receivers'],
    ['processor', 'processors'],
    ['exporter', 'exporters'],
  ] as const
  for (const [kind, key] of parts) {
    const connectors: ReadonlySet<string> = kind === 'processor' ? new Set() : declared.connector
    const seen = new Set<string>()
    for (const [index, name] of pipeline[key].entries()) {
      if (seen.has(name)) {
        report('CONFIG_VALUE', [...path, key, index], `references ${kind} "${name}" multiple times`, 'remove one')
      }
      seen.add(name)
      if (declared[kind].has(name) || connectors.has(name)) continue
      const fix = suggest(name, [...declared[kind], ...connectors], key)
      report('CONFIG_REFERENCE', [...path, key, index], `references ${kind} "${name}" which is not configured`, fix)
    }
  }
}

function suggest(name: string, known: Iterable<string>, section: string): string {
  const meant = didYouMean(name, known)
  return meant === undefined ? `add "${name}:" under ${section}` : `did you mean "${meant}"?`
}

function telemetryOf(raw: RawTelemetry): ServiceTelemetryConfig {
  const reader = raw.metrics.readers.find((one) => one.pull?.exporter.prometheus !== undefined)
  const prometheus = reader?.pull?.exporter.prometheus
  const resource: Record<string, string> = {}
  for (const [key, value] of Object.entries(raw.resource)) if (value !== null) resource[key] = value
  return {
    logs: { level: raw.logs.level as ServiceTelemetryConfig['logs']['level'] },
    metricsEndpoint: prometheus === undefined ? undefined : `${prometheus.host}:${prometheus.port}`,
    metricsOff: raw.metrics.level === 'none',
    resource,
  }
}
