import { systemClock } from '@clew/base/clock'
import { silentLogger, type Logger } from '@clew/base/logger'
import type { Consumer } from '@clew/otlp/consumer'
import type { AccessPolicy } from '../kit/access.ts'
import { COMPONENTS } from '../components.ts'
import { loadConfig } from '../config/load-config.ts'
import { referenceReader } from '../config/source.ts'
import { erase, FactoryRegistry, type Factory } from '../core/factory.ts'
import { startCollector, type RunningCollector } from '../core/start-collector.ts'
import { clewExporterFactory } from '../exporters/clew/factory.ts'

/** All components, with the `clew` exporter writing to `store`. */
export function registryWith(store: Consumer, ...more: readonly Factory[]): FactoryRegistry {
  return new FactoryRegistry([...COMPONENTS, erase(clewExporterFactory(store)), ...more])
}

/** Starts a collector from YAML text through the real loader. Throws the first configuration error. */
export async function runYaml(
  text: string,
  registry: FactoryRegistry,
  options: {
    readonly env?: Record<string, string>
    readonly print?: (text: string) => void
    readonly logger?: Logger
    readonly access?: AccessPolicy
  } = {},
): Promise<RunningCollector> {
  const read = referenceReader({ env: options.env ?? {}, cwd: process.cwd() })
  const loaded = loadConfig([{ name: 'test.yaml', text }], registry, read)
  const [error] = loaded.errors
  if (error !== undefined) throw error
  if (loaded.config === undefined) throw new Error('no configuration')
  return startCollector({
    config: loaded.config,
    logger: options.logger ?? silentLogger,
    clock: systemClock,
    version: 'test',
    print: options.print ?? (() => undefined),
    access: options.access,
  })
}

/** A pipeline of every signal from OTLP on random ports to the `clew` exporter. */
export const OTLP_TO_STORE = `
receivers:
  otlp:
    protocols:
      grpc: {endpoint: "127.0.0.1:0"}
      http: {endpoint: "127.0.0.1:0"}
exporters:
  clew:
service:
  pipelines:
    traces: {receivers: [otlp], exporters: [clew]}
    logs: {receivers: [otlp], exporters: [clew]}
    metrics: {receivers: [otlp], exporters: [clew]}
`
