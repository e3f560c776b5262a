import { basename, dirname, parse } from 'node:path'
import { dotnet } from './launch/dotnet.ts'
import { go } from './launch/go.ts'
import { java } from './launch/java.ts'
import type { Language, LaunchTarget } from './launch/language.ts'
import { realFiles, type LaunchFiles } from './launch/launch-files.ts'
import { php } from './launch/php.ts'
import { isPython, python } from './launch/python.ts'
import { ruby } from './launch/ruby.ts'
import { withToken } from './otlp-headers.ts'
import { packageName } from './service-name.ts'

type Env = Readonly<Record<string, string | undefined>>

/** What `clew run` knows when it is about to start a command. */
export interface LaunchRequest {
  readonly command: string
  readonly args: readonly string[]
  /** Name given by the user; wins over everything. */
  readonly service?: string | undefined
  /** OTLP/HTTP base URL; the environment's OTEL_EXPORTER_OTLP_ENDPOINT, else http://127.0.0.1:4318, when not given. */
  readonly endpoint?: string | undefined
  /** What OTLP receivers are shown; the environment's own `authorization` header wins. */
  readonly token?: string | undefined
  readonly env: Env
  /** The full path of an executable (a name to look up, or a path to check), undefined when there is none. */
  readonly findOnPath: (nameOrPath: string) => string | undefined
  /** Where the control plane is (base URL); the environment's CLEW_CONTROL_ENDPOINT wins. */
  readonly controlEndpoint?: string | undefined
  /** Of this machine, for SDKs that do not find it out. */
  readonly hostName?: string | undefined
  /** Where agents are looked for; this machine's files when not given. */
  readonly files?: LaunchFiles | undefined
  /** URL of the agent's entry; the one beside this file when not given. */
  readonly registerUrl?: string | undefined
}

/** What to start instead; `env` is complete, `notes` are single lines for the user. */
export interface LaunchPlan {
  readonly command: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly notes: readonly string[]
}

/** URL of the agent's built entry, for `--import`. */
export const REGISTER_URL: string = new URL('../dist/register.js', import.meta.url).href

const DEFAULT_ENDPOINT = 'http://127.0.0.1:4318'

/** Programs that run Node, or start programs that do: each Node process finds its own service name. */
const NODE_LIKE = new Set(
  'node nodejs npm npx yarn pnpm pnpx tsx ts-node nodemon next nest vite turbo nx concurrently corepack'.split(' '),
)
/** Programs that only start others, of which nothing is known. */
const WRAPPERS = new Set(
  'sh bash zsh fish env make just task docker podman foreman overmind procfile honcho'.split(' '),
)
const LANGUAGES: readonly Language[] = [python, java, dotnet, ruby, php, go]

const BUN_HINT = 'Bun cannot be instrumented from outside; its own OTLP output goes to the endpoint that is now set'

/**
 * How to start a command so that its telemetry reaches `endpoint`: NODE_OPTIONS carries the agent into every Node
 * process below it, OTEL_* configures every other SDK, and the official agents of other languages are put in where they
 * can be found. Variables the user has set stay, apart from what was asked for explicitly. Starts nothing; looks for
 * agents on disk.
 */
export function launchPlan(request: LaunchRequest): LaunchPlan {
  const target: LaunchTarget = {
    name: commandName(request.command),
    command: request.command,
    args: request.args,
    env: withTelemetry(request),
    notes: [],
    findOnPath: request.findOnPath,
    files: request.files ?? realFiles,
  }
  const { name, env, notes } = target
  if (name === 'deno') env['OTEL_DENO'] ??= 'true'
  if (name === 'bun') notes.push(BUN_HINT)
  if (WRAPPERS.has(name)) for (const language of LANGUAGES) language.prepare?.(target)
  else if (!NODE_LIKE.has(name)) LANGUAGES.find((language) => language.runs(target))?.launch(target)
  return { command: target.command, args: target.args, env, notes }
}

function withTelemetry(request: LaunchRequest): Record<string, string> {
  const env: Record<string, string> = {}
  for (const [name, value] of Object.entries(request.env)) if (value !== undefined) env[name] = value
  if (request.service !== undefined) env['OTEL_SERVICE_NAME'] = request.service
  else if (!namesService(env)) {
    const derived = derivedService(request)
    if (derived !== undefined) env['OTEL_SERVICE_NAME'] = derived
  }
  if (request.endpoint !== undefined) env['OTEL_EXPORTER_OTLP_ENDPOINT'] = request.endpoint
  env['OTEL_EXPORTER_OTLP_ENDPOINT'] ||= DEFAULT_ENDPOINT
  if (request.token !== undefined)
    env['OTEL_EXPORTER_OTLP_HEADERS'] = withToken(env['OTEL_EXPORTER_OTLP_HEADERS'], request.token)
  env['OTEL_EXPORTER_OTLP_PROTOCOL'] ||= 'http/protobuf'
  for (const signal of ['TRACES', 'METRICS', 'LOGS']) env[`OTEL_${signal}_EXPORTER`] ||= 'otlp'
  env['OTEL_PROPAGATORS'] ||= 'tracecontext,baggage'
  if (request.hostName !== undefined) addHostName(env, request.hostName)
  if (request.controlEndpoint !== undefined) {
    env['CLEW_CONTROL_ENDPOINT'] ||= request.controlEndpoint
    // Under this name the distributions of Elastic look for the same protocol, in every language.
    env['ELASTIC_OTEL_OPAMP_ENDPOINT'] ||= new URL('/v1/opamp', request.controlEndpoint).href
  }
  env['OTEL_PYTHON_LOGGING_AUTO_INSTRUMENTATION_ENABLED'] ||= 'true'
  const option = `--import ${request.registerUrl ?? REGISTER_URL}`
  const present = env['NODE_OPTIONS'] ?? ''
  if (!present.includes(option)) env['NODE_OPTIONS'] = `${present} ${option}`.trim()
  return env
}

/** Not every SDK finds out by itself on which machine it runs. */
function addHostName(env: Record<string, string>, hostName: string): void {
  const present = env['OTEL_RESOURCE_ATTRIBUTES'] ?? ''
  if (/(^|,)\s*host\.name\s*=/.test(present)) return
  const escaped = encodeURIComponent(hostName)
  env['OTEL_RESOURCE_ATTRIBUTES'] = present.trim() === '' ? `host.name=${escaped}` : `${present},host.name=${escaped}`
}

function namesService(env: Env): boolean {
  return Boolean(env['OTEL_SERVICE_NAME']) || /(^|,)\s*service\.name\s*=/.test(env['OTEL_RESOURCE_ATTRIBUTES'] ?? '')
}

/** Runtimes that are told the program as an argument. */
const PROGRAM_IN_ARGUMENTS = new Set(['java', 'dotnet', 'ruby', 'bun', 'php'])

/** A name for programs that cannot find one themselves; Node processes under the agent can, one by one. */
function derivedService({ command, args }: LaunchRequest): string | undefined {
  const name = commandName(command)
  if (NODE_LIKE.has(name) || WRAPPERS.has(name)) return undefined
  const program =
    isPython(name) || PROGRAM_IN_ARGUMENTS.has(name)
      ? args.find((arg) => /\.(py|jar|rb|dll|ts|js|php)$/.test(arg))
      : undefined
  const stem = program === undefined ? name : parse(basename(program)).name
  const generic = /^(main|app|server|manage|__main__)$/.test(stem) && program !== undefined
  return (generic ? packageName(dirname(program)) : undefined) ?? stem
}

function commandName(command: string): string {
  return basename(command.replaceAll('\\', '/')).replace(/\.(exe|cmd|bat)$/i, '')
}
