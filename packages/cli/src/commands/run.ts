import { spawn } from 'node:child_process'
import { accessSync, constants, statSync } from 'node:fs'
import { constants as osConstants, hostname } from 'node:os'
import { delimiter, join } from 'node:path'
import { launchPlan } from '@clew/agent/launch'
import { ClewError } from '@clew/base/errors'
import type { CommandContext, CommandDefinition } from '../command.ts'
import { runningClew } from '../client/api.ts'
import { ingestToken } from '../client/ingest-token.ts'
import type { Environment } from '../config/environment.ts'
import { EXIT } from '../exit-codes.ts'

interface Options {
  readonly service?: string
  readonly endpoint?: string
}

/** `clew run -- CMD…`: starts a command with telemetry switched on. */
export const runCommand: CommandDefinition = {
  name: 'run',
  build(command, context) {
    command
      .summary('start any command with telemetry switched on')
      .description(
        'Starts a command so that its traces, logs and metrics reach Clew, without a change to its code.\n' +
          'Node programs get the agent; Python, Java, .NET and Ruby get the official agent where it is found; every other\n' +
          'language gets the OTEL_* variables its SDK reads. Ends with the exit code of the command.',
      )
      .usage('[options] -- <command> [arguments...]')
      .argument('<command...>', 'the command and its arguments')
      .option('--service <name>', 'name of the service (default: from the program)')
      .option('--endpoint <url>', 'OTLP/HTTP address (default: the Clew that runs here, http://127.0.0.1:4318)')
      .passThroughOptions()
      .action(async (words: string[], options: Options) =>
        context.exit(await runWithTelemetry(words, options, context)),
      )
  },
}

async function runWithTelemetry(words: readonly string[], options: Options, context: CommandContext): Promise<number> {
  const { environment, terminal } = context
  const [command, ...args] = words
  if (command === undefined) throw new ClewError('USAGE', 'nothing to run', { fix: 'clew run -- node app.js' })
  const named = options.endpoint ?? (environment['OTEL_EXPORTER_OTLP_ENDPOINT'] || undefined)
  const running = runningClew(environment)
  const endpoint = named ?? running?.otlpHttp
  const plan = launchPlan({
    command,
    args,
    service: options.service,
    // One that the environment names stays as it is, the variables of its signals included.
    endpoint: options.endpoint ?? (named === undefined ? endpoint : undefined),
    token: ingestToken(endpoint, environment),
    controlEndpoint: running !== undefined && endpoint === running.otlpHttp ? running.ui : undefined,
    hostName: hostname(),
    env: withCertificates(environment),
    findOnPath: (name) => findOnPath(name, environment['PATH'] ?? ''),
  })
  for (const note of plan.notes) terminal.err(`clew: ${note}`)
  return spawnAndWait(plan.command, plan.args, plan.env)
}

/** The certificates that the commands of Clew use, under the names that SDKs read. */
const CERTIFICATE_VARIABLES = {
  CLEW_CA_FILE: 'OTEL_EXPORTER_OTLP_CERTIFICATE',
  CLEW_CERT_FILE: 'OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE',
  CLEW_KEY_FILE: 'OTEL_EXPORTER_OTLP_CLIENT_KEY',
} as const

function withCertificates(environment: Environment): Environment {
  const all: Record<string, string | undefined> = { ...environment }
  for (const [own, theirs] of Object.entries(CERTIFICATE_VARIABLES)) all[theirs] ||= environment[own]
  return all
}

/** Signals go to the child; this process ends when the child has, the way the child did. */
function spawnAndWait(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: 'inherit', env, shell: false })
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR2'] as const) {
      // The terminal sends Ctrl-C to the whole group; passing it on again would reach the child twice.
      process.on(signal, () => {
        if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal)
      })
    }
    child.on('error', (cause: NodeJS.ErrnoException) => {
      if (cause.code === 'ENOENT') {
        reject(new ClewError('COMMAND_NOT_FOUND', `there is no command '${command}' here`, { cause }))
      } else if (cause.code === 'EACCES') {
        reject(new ClewError('COMMAND_NOT_EXECUTABLE', `'${command}' may not be executed`, { cause }))
      } else reject(cause)
    })
    child.on('close', (code, signal) => {
      resolve(code ?? (signal === null ? EXIT.failure : 128 + osConstants.signals[signal]))
    })
  })
}

function findOnPath(nameOrPath: string, path: string): string | undefined {
  const candidates = nameOrPath.includes('/')
    ? [nameOrPath]
    : path.split(delimiter).map((folder) => join(folder, nameOrPath))
  return candidates.find((candidate) => {
    try {
      accessSync(candidate, constants.X_OK)
      return statSync(candidate).isFile()
    } catch {
      return false
    }
  })
}
