import { createRequire } from 'node:module'
import { openLogsApi } from '../own-sdk/logs-api.ts'
import { openMetricsApi } from '../own-sdk/metrics-api.ts'
import { attachTo } from '../own-sdk/own-processor.ts'
import { openTraceApi } from '../own-sdk/trace-api.ts'
import { mainOfPackage, packageOfFile } from '../modules/package-of-file.ts'
import type { ModuleExports, Plugin } from '../plugins/plugin.ts'

/** Classes of tracer providers in the versions of the SDK: sdk-trace-base 1 and 2, sdk-trace 2.12 and later. */
const PROVIDERS = ['BasicTracerProvider', 'TracerProvider']
const API = '@opentelemetry/api'
const LOGS_API = '@opentelemetry/api-logs'

const opened = new WeakSet<object>()

/**
 * Programs that set up the SDK themselves (NodeSDK, a provider by hand, registered or not): their processors, readers and
 * exporters get what they get without the agent, and the agent's backend gets it too, in one trace with the agent's spans.
 */
export const ownSdk: Plugin = {
  name: 'own-sdk',
  modules: [API, LOGS_API, '@opentelemetry/sdk-trace', '@opentelemetry/sdk-trace-base'],
  libraries: ['@opentelemetry/sdk-node, sdk-trace-base, sdk-metrics and sdk-logs, set up by the program'],
  start: () => {
    openLoaded()
    return [
      { module: API, patch: openApi },
      { module: LOGS_API, patch: openLogs },
      { module: '@opentelemetry/sdk-trace', patch: watchProviders },
      { module: '@opentelemetry/sdk-trace-base', patch: watchProviders },
    ]
  },
}

/** Copies that were in memory before: the agent's own SDK brings some along where a setting wants all of it. */
function openLoaded(): void {
  for (const [path, module] of Object.entries(createRequire(import.meta.url).cache)) {
    const file = packageOfFile(path)
    if (file === undefined || (file.name !== API && file.name !== LOGS_API) || mainOfPackage(file) !== path) continue
    // The one whose loading has started this plugin has nothing to show yet.
    if (module?.loaded !== true) continue
    if (file.name === API) openApi(module.exports)
    else openLogs(module.exports)
  }
}

function openApi(exports: ModuleExports): void {
  once(exports.trace, openTraceApi)
  once(exports.metrics, openMetricsApi)
  openLogs(exports)
}

/** Version 1.10 of the API has the logs in it. */
function openLogs(exports: ModuleExports): void {
  if (typeof exports.logs?.setGlobalLoggerProvider === 'function') once(exports.logs, openLogsApi)
}

function once(api: ModuleExports, open: (api: ModuleExports) => void): void {
  if (opened.has(api as object)) return
  opened.add(api as object)
  open(api)
}

/** Providers that are not registered anywhere make spans too. */
function watchProviders(exports: ModuleExports): void {
  for (const name of PROVIDERS) {
    const prototype = exports[name]?.prototype as { getTracer?: (...args: unknown[]) => unknown } | undefined
    const original = prototype?.getTracer
    if (prototype === undefined || original === undefined || !Object.hasOwn(prototype, 'getTracer')) continue
    if (opened.has(prototype)) continue
    opened.add(prototype)
    prototype.getTracer = function getTracer(...args) {
      attachTo(this)
      return original.apply(this, args)
    }
  }
}
