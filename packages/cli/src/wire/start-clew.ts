import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { systemClock } from '@clew/base/clock'
import type { Logger } from '@clew/base/logger'
import { startCollector } from '@clew/collector/core/start-collector'
import { openControl } from '@clew/control/control'
import { createQueryServer } from '@clew/query/server'
import { openStore } from '@clew/store/store'
import type { Store } from '@clew/store/store'
import type { Authenticator } from '../auth/authenticator.ts'
import type { Environment } from '../config/environment.ts'
import type { Settings } from '../config/settings.ts'
import { VERSION } from '../version.ts'
import { authenticatorFor, checkHost, tlsOf, uiCertificate } from './access.ts'
import { controlPort } from './control-port.ts'
import { checkedPipeline } from './checked-pipeline.ts'
import type { LoadedPipeline } from './load-pipeline.ts'
import { localUrl, otlpEndpoints } from './otlp-endpoints.ts'
import { pipelinePort } from './pipeline-port.ts'
import { ProcessStats } from './process-stats.ts'
import { usesStore } from './registry.ts'
import { removeRunFile, writeRunFile } from './run-file.ts'
import { statusPort } from './status-port.ts'
import type { Endpoints } from './status-port.ts'
import { StoreFacts } from './store-facts.ts'

export interface ClewOptions {
  readonly settings: Settings
  /** `--set` values for the pipeline configuration. */
  readonly sets: readonly string[]
  readonly environment: Environment
  readonly cwd: string
  readonly logger: Logger
  /** Where the `debug` exporter writes. */
  readonly print: (text: string) => void
}

/** A Clew that takes, stores and shows telemetry in this process. */
export interface RunningClew {
  readonly endpoints: Endpoints
  readonly engine: Store['engine']
  /** A token for senders that this process starts; undefined while none is needed. */
  readonly ingestToken: () => string | undefined
  /** Receivers stop, everything acknowledged is brought into the database as far as `deadlineMs` allows. */
  close(deadlineMs: number): Promise<void>
}

const WEB_DIR = fileURLToPath(new URL('../../../web/dist', import.meta.url))
const DAY_MS = 86_400_000
/** What the query server gets of the time a stop may take; the store gets the rest. */
const SERVER_CLOSE_MS = 500

/**
 * Starts everything: store first, then the pipeline (so that nothing is taken before it can be kept), then the API and
 * UI. When a part fails, those that had started are closed again and its error is thrown.
 */
export async function startClew(options: ClewOptions): Promise<RunningClew> {
  const { settings, logger } = options
  const opened: ((deadlineMs: number) => Promise<void>)[] = []
  const close = async (deadlineMs: number): Promise<void> => {
    const endMs = systemClock.monotonicMillis() + deadlineMs
    for (const part of opened.splice(0).reverse()) {
      const leftMs = Math.max(100, endMs - systemClock.monotonicMillis())
      await part(leftMs).catch((error: unknown) => logger.error('a part did not close cleanly', { error }))
    }
  }
  try {
    return await assemble(options, opened, close)
  } catch (error) {
    await close(settings.shutdownTimeout)
    throw error
  }
}

async function assemble(
  options: ClewOptions,
  opened: ((deadlineMs: number) => Promise<void>)[],
  close: (deadlineMs: number) => Promise<void>,
): Promise<RunningClew> {
  const { settings, logger } = options
  // Checked before anything is opened: a slip in the configuration is answered at once.
  const pipeline = pipelineFor(options, undefined)
  for (const warning of pipeline.warnings) logger.warn(warning.message, { fix: warning.fix })
  if (!usesStore(pipeline.config)) logger.warn('no pipeline exports to `clew`: nothing will be stored and found')

  const access: Authenticator = authenticatorFor(settings, settings.dataDir, systemClock, logger)
  checkHost(settings, access, logger)
  const tls = tlsOf(settings)
  const certificate = uiCertificate(tls, logger)
  const tokens = { admin: access.issue('this machine', ['admin']), ingest: access.issue('this machine', ['ingest']) }

  const store = await openStore({
    dataDirectory: settings.dataDir,
    url: settings.store,
    retentionDays: Math.max(1, Math.ceil(settings.retention / DAY_MS)),
    maxWaitingBytes: settings.spoolSize,
    promotion: { maxKeys: settings.promotedKeys },
    clock: systemClock,
    logger: logger.with({ part: 'store' }),
  })
  opened.push((deadlineMs) => store.close(deadlineMs))
  const facts = new StoreFacts(store, systemClock, logger)
  await facts.start()

  const { config } = pipelineFor(options, store)
  const collector = await startCollector({
    config,
    access,
    logger: logger.with({ part: 'pipeline' }),
    clock: systemClock,
    version: VERSION,
    print: options.print,
    metricsTls: tls,
  })
  opened.push((deadlineMs) => collector.shutdown(Math.max(100, deadlineMs / 2)))

  const control = await openControl({ dataDir: settings.dataDir, logger: logger.with({ part: 'control' }) })
  const stats = new ProcessStats()
  const { httpTls, ...otlp } = otlpEndpoints(collector, config)
  let endpoints: Endpoints = { ui: '', ...otlp }
  const server = createQueryServer({
    store,
    status: statusPort({
      settings,
      store,
      facts,
      collector,
      clock: systemClock,
      endpoints: () => endpoints,
      access,
      otlpHttp: { token: tokens.ingest, tls: httpTls },
    }),
    pipeline: pipelinePort(collector, facts, stats),
    control: controlPort(control, () => systemClock.unixNanos()),
    version: VERSION,
    ...(existsSync(WEB_DIR) ? { webDir: WEB_DIR } : {}),
    allowedHosts: settings.allowedHosts,
    auth: access,
    tls: certificate,
    logger: logger.with({ part: 'api' }),
    clock: systemClock,
    limits: { maxExecutionMs: settings.queryTimeout, maxBytesToRead: settings.queryMaxBytes },
  })
  const port = await server.listen(settings.port, settings.host)
  opened.push(async () => {
    stats.close()
    await server.close(SERVER_CLOSE_MS)
  })
  // Before the server: it waits for all sockets, and agents hold theirs.
  opened.push(() => control.close())
  endpoints = {
    ...endpoints,
    ui: localUrl(
      `${settings.host.includes(':') ? `[${settings.host}]` : settings.host}:${port}`,
      certificate !== undefined,
    ),
  }
  writeRunFile(settings.dataDir, {
    pid: process.pid,
    ...endpoints,
    tokens,
    ...(settings.tlsCert === undefined ? {} : { certificate: settings.tlsCert }),
  })
  opened.push(() => Promise.resolve(removeRunFile(settings.dataDir)))
  const ingestToken = (): string | undefined => (access.required() ? tokens.ingest : undefined)
  return { endpoints, engine: store.engine, ingestToken, close }
}

function pipelineFor({ settings, sets, environment, cwd }: ClewOptions, store: Store | undefined): LoadedPipeline {
  return checkedPipeline(settings, sets, { env: environment, cwd }, store?.consumer)
}
