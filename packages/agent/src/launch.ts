import { basename, dirname, join, parse } from 'node:path'
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
const PYTHON = /^(python(\d(\.\d+)?)?|pypy3?|flask|gunicorn|uvicorn|hypercorn|celery|django-admin|fastapi|streamlit)$/
const PYTHON_RUNNERS = new Set('uv poetry pipenv pdm hatch rye'.split(' '))

const PYTHON_INSTALL =
  'pip install opentelemetry-distro opentelemetry-exporter-otlp && opentelemetry-bootstrap -a install'

/** What the user has to add for runtimes that no environment variable instruments. */
const HINTS: Readonly<Record<string, string>> = {
  java: 'Java is instrumented by the OpenTelemetry Java agent: add -javaagent:opentelemetry-javaagent.jar',
  dotnet: '.NET is instrumented by OpenTelemetry .NET automatic instrumentation: start through its instrument.sh',
  ruby: 'Ruby: add the gems opentelemetry-sdk and opentelemetry-instrumentation-all and call OpenTelemetry::SDK.configure',
  bun: 'Bun cannot be instrumented from outside; its own OTLP output goes to the endpoint that is now set',
}

/**
 * How to start a command so that its telemetry reaches `endpoint`: NODE_OPTIONS carries the agent into every Node
 * process below it, OTEL_* configures every other SDK, Python goes through `opentelemetry-instrument` when that is
 * installed. Variables the user has set stay, apart from what was asked for explicitly. Pure: starts and reads nothing
 * but the nearest package.json.
 */
export function launchPlan(request: LaunchRequest): LaunchPlan {
  const notes: string[] = []
  const env = withTelemetry(request)
  const name = commandName(request.command)
  const unchanged = { command: request.command, args: request.args, env, notes }

  if (name === 'deno') env['OTEL_DENO'] ??= 'true'
  if (PYTHON.test(name)) {
    const wrapper = findInstrument(request)
    if (wrapper !== undefined) return { ...unchanged, command: wrapper, args: [request.command, ...request.args] }
    notes.push(`Python is not instrumented: opentelemetry-instrument was not found; install it with: ${PYTHON_INSTALL}`)
  } else if (PYTHON_RUNNERS.has(name) && !request.args.includes('opentelemetry-instrument')) {
    notes.push(
      `for Python put opentelemetry-instrument before the program: ${name} run opentelemetry-instrument python …`,
    )
  }
  const hint = HINTS[name]
  const alreadyDone =
    name === 'java' && /-javaagent:/.test(`${request.args.join(' ')} ${env['JAVA_TOOL_OPTIONS'] ?? ''}`)
  if (hint !== undefined && !alreadyDone) notes.push(hint)
  return unchanged
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
  env['OTEL_PYTHON_LOGGING_AUTO_INSTRUMENTATION_ENABLED'] ||= 'true'
  const option = `--import ${request.registerUrl ?? REGISTER_URL}`
  const present = env['NODE_OPTIONS'] ?? ''
  if (!present.includes(option)) env['NODE_OPTIONS'] = `${present} ${option}`.trim()
  return env
}

function namesService(env: Env): boolean {
  return Boolean(env['OTEL_SERVICE_NAME']) || /(^|,)\s*service\.name\s*=/.test(env['OTEL_RESOURCE_ATTRIBUTES'] ?? '')
}

/** A name for programs that cannot find one themselves; Node processes under the agent can, one by one. */
function derivedService({ command, args }: LaunchRequest): string | undefined {
  const name = commandName(command)
  if (NODE_LIKE.has(name) || WRAPPERS.has(name)) return undefined
  const program =
    PYTHON.test(name) || name in HINTS ? args.find((arg) => /\.(py|jar|rb|dll|ts|js)$/.test(arg)) : undefined
  const stem = program === undefined ? name : parse(basename(program)).name
  const generic = /^(main|app|server|manage|__main__)$/.test(stem) && program !== undefined
  return (generic ? packageName(dirname(program)) : undefined) ?? stem
}

function commandName(command: string): string {
  return basename(command.replaceAll('\\', '/')).replace(/\.(exe|cmd|bat)$/i, '')
}

function findInstrument({ command, findOnPath }: LaunchRequest): string | undefined {
  // The Python of a virtual environment has its own wrapper beside it, and only that one loads the right packages.
  if (command.includes('/')) return findOnPath(join(dirname(command), 'opentelemetry-instrument'))
  return findOnPath('opentelemetry-instrument')
}
