import { ClewError } from '@clew/base/errors'
import { parseGoDuration } from '@clew/base/go-duration'
import type { AgentInfo, AgentSettings } from '@clew/contract/agents'
import type { AgentRecord } from '@clew/control/agent-record'
import { hex, serviceOf } from '@clew/control/agent-record'
import type { Control } from '@clew/control/control'
import type { Assignment } from '@clew/control/live-settings-store'
import { parseLiveSettingsText } from '@clew/opamp/parse-live-settings'
import type { ControlPort } from '@clew/query/ports'

const MAX_FOR_MS = 366 * 86_400_000
const STATUSES = ['none', 'applied', 'applying', 'failed'] as const

/** Gives the query package its view of the control plane. */
export function controlPort(control: Control, nowNanos: () => bigint): ControlPort {
  const { agents, settings } = control
  const showSettings = (each: Assignment): AgentSettings => ({
    id: each.id,
    service: each.service,
    agent: each.agent,
    settings: { ...each.settings },
    setAtNanos: nanosText(each.setAtMs),
    untilNanos: each.untilMs === null ? null : nanosText(each.untilMs),
    agents: agents
      .list()
      .filter((agent) => agents.isConnected(agent))
      .filter((agent) =>
        each.agent === null ? each.service === '*' || each.service === serviceOf(agent) : each.agent === agent.id,
      ).length,
  })
  return {
    list: ({ service }) => ({
      agents: agents
        .list()
        .map((agent) => showAgent(agent, control))
        .filter((agent) => service === undefined || agent.service === service)
        .sort(
          (a, b) =>
            compareText(a.service, b.service) || Number(b.connected) - Number(a.connected) || compareText(a.id, b.id),
        ),
      settings: settings.all
        .filter((each) => service === undefined || each.service === '*' || each.service === service)
        .map(showSettings),
      timeNanos: String(nowNanos()),
    }),
    async set(input) {
      const { settings: parsed, problems } = parseLiveSettingsText(input.settings)
      if (problems.length > 0) {
        throw new ClewError('BAD_SETTINGS', problems.join('; '), {
          fix: 'docs/agent/live-control.md lists what can be set',
        })
      }
      if (Object.keys(parsed).length === 0) throw new ClewError('BAD_SETTINGS', 'nothing is set by these settings')
      const forMs = input.for === undefined ? null : durationOf(input.for)
      const target = targetOf(input.service, input.agent, control)
      return showSettings(await settings.set(target, parsed, forMs))
    },
    async clear({ id, service }) {
      if (id === undefined && service === undefined) {
        throw new ClewError('BAD_INPUT', 'say what to clear', { fix: 'give an id or a service' })
      }
      const cleared = await settings.clear(
        (each) => (id === undefined || each.id === id) && (service === undefined || each.service === service),
      )
      if (cleared.length === 0 && id !== undefined) {
        throw new ClewError('SETTINGS_NOT_FOUND', `nothing is set under the id ${id}`)
      }
      return { cleared: cleared.map(showSettings) }
    },
    exchange: (body, facts) => control.exchange(body, facts),
    upgrade: (request, socket, head) => control.upgrade(request, socket, head),
    strategy: (service) => control.strategy(service),
  }
}

/** For one agent the service is the agent's own. */
function targetOf(
  service: string,
  agentId: string | undefined,
  { agents }: Control,
): Pick<Assignment, 'service' | 'agent'> {
  if (agentId === undefined) return { service, agent: null }
  const agent = agents.get(agentId.toLowerCase())
  if (agent === undefined) {
    throw new ClewError('BAD_INPUT', `there is no agent ${agentId}`, { fix: '`clew agents` lists them' })
  }
  return { service: serviceOf(agent) || service, agent: agent.id }
}

function durationOf(text: string): number {
  const ms = parseGoDuration(text)
  if (ms === undefined || ms < 1000 || ms > MAX_FOR_MS) {
    throw new ClewError('BAD_INPUT', `'${text}' is not a duration from 1s to a year`, { fix: 'write 10m, 2h or 7d' })
  }
  return ms
}

function showAgent(agent: AgentRecord, { agents, opamp }: Control): AgentInfo {
  const { health, config } = agent
  const attributes = agent.attributes ?? {}
  const of = (...keys: string[]): string => keys.map((key) => attributes[key]).find((value) => value) ?? ''
  const desired = opamp.desired(agent)
  const pending = desired !== undefined && hex(desired.hash) !== config.hash && !(desired.empty && config.hash === '')
  const distro = of('telemetry.distro.name', 'telemetry.sdk.name')
  return {
    id: agent.id,
    service: serviceOf(agent),
    version: of('service.version'),
    environment: of('deployment.environment.name'),
    host: of('host.name'),
    pid: of('process.pid'),
    agent: `${distro} ${of('telemetry.distro.version', 'telemetry.sdk.version')}`.trim() || agent.userAgent,
    language: of('telemetry.sdk.language'),
    transport: agent.transport,
    connected: agents.isConnected(agent),
    healthy: health?.healthy ?? null,
    healthStatus: health?.status ?? '',
    findings: [...agent.problems],
    controllable: desired !== undefined,
    configStatus: pending ? 'pending' : (STATUSES[config.status] ?? 'none'),
    configError: config.error,
    effective: [...agent.effective],
    attributes: Object.entries(attributes).map(([key, value]) => ({ key, value })),
    startedNanos: health?.startedMs === undefined || health.startedMs === null ? null : nanosText(health.startedMs),
    lastSeenNanos: nanosText(agent.lastSeenMs),
  }
}

function nanosText(ms: number): string {
  return `${Math.round(ms)}000000`
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
