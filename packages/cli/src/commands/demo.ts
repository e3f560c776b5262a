import { existsSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { launchPlan } from '@clew/agent/launch'
import { ClewError } from '@clew/base/errors'
import type { CommandContext, CommandDefinition } from '../command.ts'
import { addSettingOptions } from '../config/settings-options.ts'
import { styleFor } from '../output/style.ts'
import type { RunningClew } from '../wire/start-clew.ts'
import { printBanner, startFromFlags } from './up.ts'

interface Options extends Record<string, unknown> {
  readonly set: string[]
  readonly json?: boolean
  readonly shopPort: string
  readonly incident?: boolean
  readonly load: boolean
  readonly verbose?: boolean
}

/** The part of examples/shop/start-shop.mjs that is used here. */
interface ShopModule {
  readonly startShop: (options: {
    env: Readonly<Record<string, string | undefined>>
    nodeOptions: string | undefined
    basePort: number
    load: boolean
    onLine: (name: string, line: string) => void
    onReady: (name: string, pending: readonly string[]) => void
    onExit: (name: string, code: number | string) => void
  }) => Promise<Shop>
}

interface Shop {
  readonly url: string
  stop(): Promise<void>
  incident(on: boolean): Promise<void>
}

const SHOP = fileURLToPath(new URL('../../../../examples/shop/start-shop.mjs', import.meta.url))
/** A quiet time before the incident, so that charts show the difference. */
const INCIDENT_AFTER_MS = 45_000

/** `clew demo`: Clew, a small shop in several processes, and a load on it. */
export const demoCommand: CommandDefinition = {
  name: 'demo',
  build(command, context) {
    addSettingOptions(command)
      .summary('run Clew with a demo system and a load on it')
      .description('Runs Clew, a shop made of several services (see examples/shop), and customers that use it.')
      .option(
        '--set <key=value>',
        'override one value of the pipeline configuration; repeat',
        (value: string, all: string[]) => [...all, value],
        [],
      )
      .option('--shop-port <port>', 'first port of the shop; 0 takes free ones', '4400')
      .option('--incident', `let an incident happen after ${INCIDENT_AFTER_MS / 1000} seconds`)
      .option('--no-load', 'no customers: use the shop yourself')
      .option('--verbose', 'show what the services of the shop print')
      .option('--json', 'print one line of JSON with the addresses instead of the banner')
      .action((options: Options) => runDemo(options, context))
  },
}

async function runDemo(options: Options, context: CommandContext): Promise<void> {
  const { terminal } = context
  const { startShop } = await shopModule()
  const { clew, settings, stop } = await startFromFlags(options, context)
  if (options.json !== true) {
    printBanner(clew, settings, context, { demo: true })
    terminal.err('starting the shop …')
  }
  let stopping = false
  void stop.then(() => (stopping = true))
  const starting = startShop({
    ...shopEnvironment(clew, context),
    basePort: shopPort(options.shopPort),
    load: options.load,
    onLine: (name, line) => {
      if (options.verbose === true) terminal.err(`${name.padEnd(12)} ${line}`)
    },
    onReady: (name, pending) => {
      if (options.json !== true) {
        terminal.err(`  ${name} is ready${pending.length === 0 ? '' : `; waiting for ${pending.join(', ')}`}`)
      }
    },
    onExit: (name, code) => {
      if (!stopping) terminal.err(`warning: the shop's ${name} ended (${code})`)
    },
  })
  try {
    await Promise.race([starting, stop])
    if (stopping) return
    const shop = await starting
    if (options.json === true) terminal.out(JSON.stringify({ pid: process.pid, ...clew.endpoints, shop: shop.url }))
    else printGuide(clew.endpoints.ui, shop.url, options, context)
    const incident = options.incident === true ? scheduleIncident(shop, context) : undefined
    await stop
    clearTimeout(incident)
  } finally {
    // Also what was still starting when the stop came must not stay behind.
    await starting.then(
      (shop) => shop.stop(),
      () => undefined,
    )
    await clew.close(settings.shutdownTimeout)
  }
}

/** What puts the agent into every service of the shop. */
function shopEnvironment(
  { endpoints, ingestToken }: RunningClew,
  { environment }: CommandContext,
): Pick<Parameters<ShopModule['startShop']>[0], 'env' | 'nodeOptions'> {
  const { env } = launchPlan({
    command: process.execPath,
    args: [],
    endpoint: endpoints.otlpHttp,
    token: ingestToken(),
    controlEndpoint: endpoints.ui,
    env: environment,
    findOnPath: () => undefined,
  })
  // The size of our thread pool is not theirs.
  return { env: { ...env, UV_THREADPOOL_SIZE: undefined }, nodeOptions: env['NODE_OPTIONS'] }
}

async function shopModule(): Promise<ShopModule> {
  if (!existsSync(SHOP)) {
    throw new ClewError('DEMO_MISSING', 'the demo system is not part of this installation', {
      fix: 'run it from a clone of the repository',
    })
  }
  return (await import(pathToFileURL(SHOP).href)) as ShopModule
}

function scheduleIncident(shop: Shop, { terminal }: CommandContext): NodeJS.Timeout {
  return setTimeout(() => {
    shop.incident(true).then(
      () => terminal.err('the incident has begun: watch the error rate and the durations of the services'),
      (error: unknown) => terminal.err(`warning: the incident could not be started: ${String(error)}`),
    )
  }, INCIDENT_AFTER_MS)
}

function printGuide(ui: string, shop: string, options: Options, { terminal }: CommandContext): void {
  const style = styleFor(terminal.color)
  const line = (path: string, what: string): string => `  ${style.cyan(`${ui}${path}`)}  ${what}`
  terminal.out(
    [
      `The shop is open at ${style.cyan(shop)}${options.load ? ', and customers are using it' : ''}. What to look at:`,
      '',
      line('/traces', 'every request; drag over the chart to zoom in on the slow ones'),
      line('/traces?q=status%3Derror', 'checkouts that failed: the card was declined, and where'),
      line('/traces?q=service%3Dassistant', 'the assistant: model, tokens, tool calls'),
      line('/services', 'rates, errors and durations; the graph of who calls whom'),
      line('/logs', 'log lines, each with its trace'),
      '',
      `Make something go wrong:  curl -X POST ${shop}/admin/incident -H 'content-type: application/json' -d '{"on":true}'`,
      '',
    ].join('\n'),
  )
}

function shopPort(text: string): number {
  const port = Number(text)
  if (/^\d+$/.test(text) && port <= 65_000) return port
  throw new ClewError('USAGE', `--shop-port: '${text}' is not a port`)
}
