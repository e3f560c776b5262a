import { homedir } from 'node:os'
import type { CommandContext, CommandDefinition } from '../command.ts'
import { addSettingOptions, settingsFromFlags } from '../config/settings-options.ts'
import type { Settings } from '../config/settings.ts'
import { styleFor } from '../output/style.ts'
import type { Style } from '../output/style.ts'
import { VERSION } from '../version.ts'
import { hideSecretArguments } from '../wire/hide-arguments.ts'
import { processLogger, surviveOwnBugs } from '../wire/process-logger.ts'
import { readRunFile } from '../wire/run-file.ts'
import { explainStartError } from '../wire/start-error.ts'
import type { RunningClew } from '../wire/start-clew.ts'
import { retentionText, withoutPassword } from '../wire/status-port.ts'

interface Options extends Record<string, unknown> {
  readonly set: string[]
  readonly json?: boolean
}

/** `clew up`: pipeline, store, API and UI in one process. */
export const upCommand: CommandDefinition = {
  name: 'up',
  build(command, context) {
    addSettingOptions(command)
      .summary('run Clew: receivers, store, API and UI in one process')
      .description('Runs Clew until Ctrl-C. Every setting is a flag, an environment variable and a key in clew.yaml.')
      .option('--set <key=value>', 'override one value of the pipeline configuration; repeat', append, [])
      .option('--json', 'print one line of JSON with the addresses instead of the banner')
      .action(async (options: Options) => {
        const { clew, settings, stop } = await startFromFlags(options, context)
        if (options.json === true) context.terminal.out(JSON.stringify({ pid: process.pid, ...clew.endpoints }))
        else printBanner(clew, settings, context)
        await stop
        await clew.close(settings.shutdownTimeout)
      })
  },
}

/** A Clew that was started by the flags of a verb; `stop` resolves when the process shall end. */
export interface StartedClew {
  readonly clew: RunningClew
  readonly settings: Settings
  readonly stop: Promise<NodeJS.Signals>
}

/** Starts Clew for a verb. Throws errors that name the flag to change. */
export async function startFromFlags(options: Options, context: CommandContext): Promise<StartedClew> {
  const { terminal, environment, cwd } = context
  const settings = settingsFromFlags(options, context)
  hideSecretArguments('up', options)
  const logger = processLogger(settings, terminal)
  const stop = context.stopSignal()
  // Loaded only here: the engine is large, and no other verb needs it.
  const { startClew } = await import('../wire/start-clew.ts')
  try {
    const clew = await startClew({
      settings,
      sets: options.set,
      environment,
      cwd,
      logger,
      print: (text) => terminal.out(text),
    })
    surviveOwnBugs(logger)
    void stop.then((signal) => logger.info('stopping', { signal }))
    return { clew, settings, stop }
  } catch (error) {
    throw await explainStartError(error, settings, readRunFile(settings.dataDir))
  }
}

/** Where this Clew is reached and what to try first. */
export function printBanner(
  clew: RunningClew,
  settings: Settings,
  { terminal }: CommandContext,
  options: { readonly demo?: boolean } = {},
): void {
  const style = styleFor(terminal.color)
  const home = homedir()
  const place =
    clew.engine.kind === 'chdb'
      ? settings.dataDir.startsWith(`${home}/`)
        ? `~${settings.dataDir.slice(home.length)}`
        : settings.dataDir
      : withoutPassword(settings.store)
  const row = (title: string, text: string): string => `  ${style.dim(title.padEnd(11))} ${text}`
  terminal.out(
    [
      '',
      `${style.bold(`Clew ${VERSION}`)} is running`,
      '',
      row('UI and API', style.cyan(clew.endpoints.ui)),
      row('OTLP/gRPC', clew.endpoints.otlpGrpc.replace(/^https?:\/\//, '')),
      row('OTLP/HTTP', clew.endpoints.otlpHttp),
      row('data', `${place} (${engineText(clew.engine.version)}, kept for ${retentionText(settings.retention)})`),
      '',
      ...(options.demo === true ? [] : [tryIt(clew.endpoints.otlpHttp, style)]),
      'Stop with Ctrl-C.',
      '',
    ].join('\n'),
  )
  if (!/^v(2[4-9]|[3-9]\d)\./.test(process.version)) {
    terminal.err(style.dim(`note: this is Node ${process.version}; Clew runs on it, and faster on Node 24 or newer`))
  }
}

function engineText(version: string): string {
  return version === '' ? 'ClickHouse, not there yet' : `ClickHouse ${version}`
}

/** What to do next. The default endpoint needs no mention: `clew run` finds it. */
function tryIt(otlpHttp: string, style: Style): string {
  const endpoint = otlpHttp === 'http://127.0.0.1:4318' ? '' : `--endpoint ${otlpHttp} `
  return `Try it:  ${style.bold(`npx clew run ${endpoint}-- node app.js`)}  in front of your own program, or \`npm run demo\` for a demo system.`
}

function append(value: string, all: string[]): string[] {
  return [...all, value]
}
