import { ClewError } from '@clew/base/errors'
import { clearAgents, listAgents, setAgents } from '@clew/contract/agents'
import type { AgentInfo, AgentSettings } from '@clew/contract/agents'
import type { Command } from 'commander'
import { addClientOptions, ApiClient } from '../client/api.ts'
import type { ClientOptions } from '../client/api.ts'
import type { CommandContext, CommandDefinition } from '../command.ts'
import { oneLine } from '../output/plain-text.ts'
import { formatWallTime } from '../output/quantity.ts'
import { styleFor } from '../output/style.ts'
import { formatTable } from '../output/table.ts'
import { prepare } from '../prepare-command.ts'
import { addAgentSettingsFlags, settingsFromAgentFlags } from './agent-settings-flags.ts'
import type { AgentSettingsFlags } from './agent-settings-flags.ts'

interface ListOptions extends ClientOptions {
  readonly service?: string
}

interface SetOptions extends ListOptions, AgentSettingsFlags {
  readonly agent?: string
  readonly for?: string
}

interface ClearOptions extends ListOptions {
  readonly id?: string
  readonly all?: boolean
}

/** `clew agents`: who is there, what is in force, and how to change it while programs run. */
export const agentsCommand: CommandDefinition = {
  name: 'agents',
  build(command, context) {
    command
      .summary('list the agents of running programs and change what they do')
      .description(
        'Agents connect to Clew by OpAMP. What is set here is in force in running programs within two seconds, for a\n' +
          'while (--for) or until it is cleared, and outlives a restart of Clew.',
      )
    const sub = (name: string): Command => {
      const child = command.command(name)
      prepare(child, context)
      return child
    }
    addClientOptions(sub('list'))
      .summary('agents that are or were connected lately, and what is set')
      .option('--service <name>', 'of this service only')
      .action(async (options: ListOptions) => list(options, context))
    addClientOptions(sub('show'))
      .summary('what is in force in an agent, what it is, what is not well')
      .argument('<agent>', 'the beginning of its id, or the name of a service')
      .action(async (which: string, options: ClientOptions) => show(which, options, context))
    addAgentSettingsFlags(
      addClientOptions(sub('set'))
        .summary('change what agents do')
        .option('--service <name>', 'name of the service; * for all')
        .option('--agent <id>', 'one agent only: the beginning of its id')
        .option('--for <duration>', 'how long, for example 10m (default: until it is cleared)'),
    ).action(async (options: SetOptions) => set(options, context))
    addClientOptions(sub('clear'))
      .summary('take back what is set')
      .option('--service <name>', 'everything that is set for this service')
      .option('--id <id>', 'one assignment, by the beginning of its id')
      .option('--all', 'everything')
      .action(async (options: ClearOptions) => clear(options, context))
  },
}

async function list(options: ListOptions, context: CommandContext): Promise<void> {
  const { terminal } = context
  const input = options.service === undefined ? {} : { service: options.service }
  const answer = await new ApiClient(options, context).call(listAgents, input)
  if (options.json === true) return terminal.out(JSON.stringify(answer, null, 2))
  const style = styleFor(terminal.color)
  if (answer.agents.length === 0) terminal.err('no agent is connected; start a program with `clew run -- …`')
  else {
    const columns = [
      { title: 'ID' },
      { title: 'SERVICE', flexible: true },
      { title: 'AGENT', flexible: true },
      { title: 'PROCESS', flexible: true },
      { title: 'STATE' },
      { title: 'SETTINGS' },
      { title: 'LAST SEEN' },
    ]
    const rows = answer.agents.map((agent) => [
      shortId(agent),
      oneLine(agent.service),
      oneLine(agent.agent),
      oneLine(`${agent.pid}@${agent.host}`),
      { text: stateOf(agent), paint: agent.connected && agent.findings.length === 0 ? style.green : style.yellow },
      agent.controllable ? agent.configStatus : 'reports only',
      formatWallTime(agent.lastSeenNanos),
    ])
    terminal.out(formatTable(columns, rows, terminal.width, style))
  }
  if (answer.settings.length > 0) terminal.out(`\n${settingsTable(answer.settings, context)}`)
}

async function show(which: string, options: ClientOptions, context: CommandContext): Promise<void> {
  const { terminal } = context
  const { agents } = await new ApiClient(options, context).call(listAgents, {})
  const found = agents.filter(({ id, service }) => service === which || id.startsWith(compactId(which)))
  if (found.length === 0) throw notFound(which)
  if (options.json === true) return terminal.out(JSON.stringify(found, null, 2))
  const style = styleFor(terminal.color)
  for (const agent of found) {
    terminal.out(`${style.bold(oneLine(agent.service))} ${agent.id} (${stateOf(agent)}, ${agent.transport})`)
    if (agent.configError !== '') terminal.out(`  ${style.yellow('not applied')} ${oneLine(agent.configError)}`)
    for (const { component, message } of agent.findings) {
      terminal.out(`  ${style.yellow('finding')} ${oneLine(component)}: ${oneLine(message)}`)
    }
    for (const { name, text } of agent.effective) terminal.out(`  ${style.dim(oneLine(name))} ${oneLine(text)}`)
    for (const { key, value } of agent.attributes) terminal.out(`  ${style.dim(oneLine(key))} ${oneLine(value)}`)
  }
}

async function set(options: SetOptions, context: CommandContext): Promise<void> {
  const { terminal } = context
  if (options.service === undefined && options.agent === undefined) {
    throw new ClewError('USAGE', 'say for whom', { fix: "--service NAME, --service '*' or --agent ID" })
  }
  const settings = settingsFromAgentFlags(options)
  if (Object.keys(settings).length === 0) {
    throw new ClewError('USAGE', 'nothing to set', { fix: 'for example --sample 1; clew agents set --help' })
  }
  const client = new ApiClient(options, context)
  const agent = options.agent === undefined ? undefined : await fullId(options.agent, client)
  const done = await client.call(setAgents, {
    ...(options.service === undefined ? {} : { service: options.service }),
    ...(agent === undefined ? {} : { agent }),
    settings: JSON.stringify(settings),
    ...(options.for === undefined ? {} : { for: options.for }),
  })
  if (options.json === true) return terminal.out(JSON.stringify(done, null, 2))
  terminal.out(settingsTable([done], context))
  if (done.agents === 0)
    terminal.err(`no agent of '${oneLine(done.service)}' is connected now; one that comes will get it`)
}

async function clear(options: ClearOptions, context: CommandContext): Promise<void> {
  const { terminal } = context
  const client = new ApiClient(options, context)
  const wanted = [options.service, options.id, options.all === true ? '' : undefined].filter(
    (each) => each !== undefined,
  )
  if (wanted.length !== 1)
    throw new ClewError('USAGE', 'say what to clear', { fix: 'one of --service, --id and --all' })
  const { settings } = await client.call(listAgents, {})
  const chosen = settings.filter(
    ({ id, service }) =>
      options.all === true || service === options.service || (options.id !== undefined && id.startsWith(options.id)),
  )
  if (chosen.length === 0 && options.all !== true) throw notFound(options.service ?? options.id ?? '')
  const cleared: AgentSettings[] = []
  for (const { id } of chosen) cleared.push(...(await client.call(clearAgents, { id })).cleared)
  if (options.json === true) return terminal.out(JSON.stringify({ cleared }, null, 2))
  if (cleared.length === 0) return terminal.err('nothing was set')
  terminal.out(settingsTable(cleared, context))
}

function settingsTable(settings: readonly AgentSettings[], { terminal }: CommandContext): string {
  return formatTable(
    [
      { title: 'SET FOR', flexible: true },
      { title: 'WHAT', flexible: true },
      { title: 'UNTIL' },
      { title: 'AGENTS', align: 'right' },
      { title: 'SETTING' },
    ],
    settings.map((each) => [
      oneLine(each.agent === null ? each.service : `${each.service} ${each.agent.slice(0, 12)}`),
      oneLine(JSON.stringify(each.settings)),
      each.untilNanos === null ? 'cleared' : formatWallTime(each.untilNanos),
      String(each.agents),
      each.id.slice(0, 8),
    ]),
    terminal.width,
    styleFor(terminal.color),
  )
}

async function fullId(start: string, client: ApiClient): Promise<string> {
  const { agents } = await client.call(listAgents, {})
  const found = agents.filter(({ id }) => id.startsWith(compactId(start)))
  const [agent] = found
  if (agent === undefined) throw notFound(start)
  if (found.length === 1) return agent.id
  throw new ClewError('USAGE', `${found.length} agents have an id that begins with ${start}`, {
    fix: 'write more of it',
  })
}

function notFound(what: string): ClewError {
  return new ClewError('NOT_FOUND', `there is nothing for '${oneLine(what)}'`, {
    fix: '`clew agents list` shows what there is',
  })
}

/** Its first twelve digits are the time; with six more, processes that start together differ too. */
function shortId({ id }: AgentInfo): string {
  return id.slice(0, 18)
}

function compactId(text: string): string {
  return text.toLowerCase().replaceAll('-', '')
}

function stateOf({ connected, healthy, findings }: AgentInfo): string {
  if (!connected) return 'away'
  if (healthy === false) return 'unhealthy'
  return findings.length === 0 ? 'ok' : `${findings.length} finding${findings.length === 1 ? '' : 's'}`
}
