import { systemClock } from '@clew/base/clock'
import { ClewError } from '@clew/base/errors'
import type { CommandContext, CommandDefinition } from '../command.ts'
import { addSettingOptions, settingsFromFlags } from '../config/settings-options.ts'
import { VERSION } from '../version.ts'
import { explainListenError } from '../wire/listen-error.ts'
import { hideSecretArguments } from '../wire/hide-arguments.ts'
import { processLogger, surviveOwnBugs } from '../wire/process-logger.ts'

interface Options extends Record<string, unknown> {
  readonly set: string[]
  readonly json?: boolean
}

/** `clew collector`: a pipeline without a store, as a sidecar or gateway. */
export const collectorCommand: CommandDefinition = {
  name: 'collector',
  build(command, context) {
    addSettingOptions(command, [
      'config',
      'authToken',
      'insecure',
      'tlsCert',
      'tlsKey',
      'tlsClientCa',
      'logLevel',
      'logFormat',
      'shutdownTimeout',
    ])
      .summary('run a pipeline without a store: sidecar or gateway')
      .description('Runs an OpenTelemetry Collector configuration. `clew components` lists what it may contain.')
      .option('--set <key=value>', 'override one value, for example processors.batch.timeout=2s; repeat', append, [])
      .option('--json', 'print one line of JSON with the addresses once it runs')
      .action((options: Options) => runCollector(options, context))
  },
}

async function runCollector(options: Options, context: CommandContext): Promise<void> {
  const { terminal, environment, cwd } = context
  const settings = settingsFromFlags(options, context)
  hideSecretArguments('collector', options)
  const logger = processLogger(settings, terminal)
  // Loaded only here: verbs that ask a running Clew shall start fast.
  const { startCollector } = await import('@clew/collector/core/start-collector')
  const { loadPipeline } = await import('../wire/load-pipeline.ts')
  const { authenticatorFor, tlsOf } = await import('../wire/access.ts')
  const { componentRegistry, usesStore } = await import('../wire/registry.ts')
  const pipeline = loadPipeline({
    uris: settings.config,
    sets: options.set,
    registry: componentRegistry(),
    environment: { env: environment, cwd },
  })
  for (const warning of pipeline.warnings) logger.warn(warning.message, { fix: warning.fix })
  if (usesStore(pipeline.config)) {
    throw new ClewError('BAD_CONFIG', 'the `clew` exporter needs a store, and `clew collector` has none', {
      fix: 'run it with `clew up --config …`, or export with otlp_grpc to a Clew that runs elsewhere',
    })
  }
  const stop = context.stopSignal()
  const collector = await startCollector({
    config: pipeline.config,
    access: authenticatorFor(settings, undefined, systemClock, logger),
    logger,
    clock: systemClock,
    version: VERSION,
    print: (text) => terminal.out(text),
    metricsTls: tlsOf(settings),
  }).catch((error: unknown) => {
    throw explainListenError(error, 'configuration')
  })
  surviveOwnBugs(logger)
  const addresses = collector.addresses()
  if (options.json === true) terminal.out(JSON.stringify({ pid: process.pid, addresses }))
  else logger.info('collector runs', addresses)
  const signal = await stop
  logger.info('stopping', { signal })
  await collector.shutdown(settings.shutdownTimeout)
}

function append(value: string, all: string[]): string[] {
  return [...all, value]
}
