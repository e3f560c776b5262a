import { metrics, trace, type MeterProvider, type TracerProvider } from '@opentelemetry/api'
import { logs } from '@opentelemetry/api-logs'
import type { Instrumentation, InstrumentationModuleDefinition } from '@opentelemetry/instrumentation'
import { createRequire } from 'node:module'
import { inRange } from '../modules/version-range.ts'
import { durationMeters } from './duration-meter.ts'
import type { HostedInstrumentation } from './hosted-catalogue.ts'
import { MEASURED_BY_SPANS, measuringProvider } from './hosted-durations.ts'
import type { LoadedModule, ModuleExports, ModulePatch, Plugin, PluginKit } from './plugin.ts'

type Definition = InstrumentationModuleDefinition
type Definitions = Definition | Definition[] | void

/** The class of an upstream instrumentation; `init` says what it patches, and is there to be overridden. */
type UpstreamClass = new (config: object) => Instrumentation & { init(): Definitions }

/**
 * An upstream instrumentation as a plugin of ours: its package is required when the plugin starts. It is made without
 * hooks of its own; what it wants to patch is patched by the agent, in every way modules are loaded.
 */
export function hostUpstream(hosted: HostedInstrumentation): Plugin {
  const { name, modules, offByDefault, unlessFile, versions, when } = hosted
  return {
    name,
    modules,
    upstream: `@opentelemetry/instrumentation-${name}`,
    ...(offByDefault === undefined ? {} : { offByDefault }),
    ...(unlessFile === undefined ? {} : { unlessFile }),
    ...(versions === undefined ? {} : { versions }),
    start: (kit) => {
      if (when?.(kit.env) === false) return
      return withStableConventions(() => start(hosted, kit))
    },
  }
}

function start(
  { name, className, config, configFor, adapt, native }: HostedInstrumentation,
  kit: PluginKit,
): ModulePatch[] {
  const exports = requireUpstream(name, kit)
  const Upstream = exports[className] as UpstreamClass
  const settings = { ...config, ...configFor?.(kit), ...kit.options, enabled: true }
  if (native === true) {
    useProviders(new Upstream(settings), trace.getTracerProvider(), metrics.getMeterProvider())
    return []
  }
  // The base class hooks into loading for what `init` gives it: nothing.
  const Unhooked = class extends Upstream {
    override init(): Definitions {
      return []
    }
  }
  const instance = new Unhooked(settings)
  adapt?.(instance, kit)
  const meters = durationMeters(metrics.getMeterProvider(), kit.durations, MEASURED_BY_SPANS)
  useProviders(instance, measuringProvider(trace.getTracerProvider(), kit.durations), meters)
  const definitions = Upstream.prototype.init.call(instance) ?? []
  const all = Array.isArray(definitions) ? definitions : [definitions]
  return [...all.flatMap(patchesOf), ...versionChecks(name, all, kit)]
}

/** Says when a package is there in a version that upstream does not know. */
function versionChecks(plugin: string, definitions: readonly Definition[], { report }: PluginKit): ModulePatch[] {
  const ranges = new Map<string, string[]>()
  for (const { name, supportedVersions } of definitions) {
    ranges.set(name, [...(ranges.get(name) ?? []), ...supportedVersions])
  }
  return [...ranges].map(([module, versions]) => ({
    module,
    patch: (_exports: ModuleExports, { folder, version }: LoadedModule): void => {
      if (folder === '' || versions.some((range) => inRange(version, range))) return
      const known = versions.join(' or ')
      report('unsupported-version', `${module} ${version} is not instrumented: ${plugin} knows ${known}`)
    },
  }))
}

/**
 * What upstream cannot wrap it says with the `console.error` there is when it is loaded. The program's output belongs to
 * the program, so that one makes findings.
 */
function requireUpstream(name: string, { report }: PluginKit): Record<string, unknown> {
  const output: Pick<Console, 'error'> = console
  const { error } = output
  output.error = (text: unknown) =>
    report('plugin-failed', `not everything of ${patching} is instrumented: ${String(text)}`)
  try {
    return createRequire(import.meta.url)(`@opentelemetry/instrumentation-${name}`) as Record<string, unknown>
  } finally {
    output.error = error
  }
}

const STABILITY = 'OTEL_SEMCONV_STABILITY_OPT_IN'

/** Upstream writes the old names of attributes unless this variable says otherwise; each looks at it when it is made. */
function withStableConventions<T>(action: () => T): T {
  const { env } = process
  if (env[STABILITY]?.trim()) return action()
  env[STABILITY] = 'http,database,messaging,rpc'
  try {
    return action()
  } finally {
    delete env[STABILITY]
  }
}

/** Some make their instruments only when they are told of a provider. */
function useProviders(instrumentation: Instrumentation, tracers: TracerProvider, meters: MeterProvider): void {
  instrumentation.setTracerProvider(tracers)
  instrumentation.setMeterProvider(meters)
  instrumentation.setLoggerProvider?.(logs.getLoggerProvider())
}

/** What is being patched, for what upstream says meanwhile. */
let patching = 'a library'

function patchesOf(definition: Definition): ModulePatch[] {
  const supported = (versions: readonly string[], about: LoadedModule): boolean =>
    about.folder === '' || versions.some((range) => inRange(about.version, range))
  const patches: ModulePatch[] = definition.files.map((file) => ({
    module: definition.name,
    file: fileInPackage(definition.name, file.name),
    patch: (exports: ModuleExports, about: LoadedModule): unknown => {
      if (!supported(file.supportedVersions, about)) return exports
      patching = `${about.module} ${about.version}`
      file.moduleExports = exports
      return file.patch(exports, about.version)
    },
  }))
  if (definition.patch !== undefined) {
    patches.push({
      module: definition.name,
      patch: (exports: ModuleExports, about: LoadedModule): unknown => {
        if (!supported(definition.supportedVersions, about)) return exports
        patching = `${about.module} ${about.version}`
        definition.moduleExports = exports
        return definition.patch?.(exports, about.version)
      },
    })
  }
  return patches
}

function fileInPackage(name: string, path: string): string {
  return path.replaceAll('\\', '/').slice(name.length + 1)
}
