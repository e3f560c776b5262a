import { z } from 'zod'
import { defineEndpoint } from './endpoint.ts'
import { unixNanos } from './common.ts'

/** What is set for a service or one agent, and until when. */
export const agentSettings = z.object({
  id: z.string(),
  /** `*` is every service. */
  service: z.string(),
  /** Id of the agent when it is for that one only. */
  agent: z.string().nullable(),
  /** The part of the live settings that is set; docs/agent/live-control.md describes it. */
  settings: z.record(z.string(), z.unknown()),
  setAtNanos: unixNanos,
  /** Null: until it is cleared. */
  untilNanos: unixNanos.nullable(),
  /** Connected agents it applies to. */
  agents: z.number(),
})
export type AgentSettings = z.infer<typeof agentSettings>

export const agentInfo = z.object({
  id: z.string(),
  service: z.string(),
  version: z.string(),
  environment: z.string(),
  host: z.string(),
  pid: z.string(),
  /** `telemetry.distro.name` and its version, or what the SDK says of itself. */
  agent: z.string(),
  language: z.string(),
  transport: z.enum(['websocket', 'http']),
  connected: z.boolean(),
  /** Null: it does not report health. */
  healthy: z.boolean().nullable(),
  healthStatus: z.string(),
  /** What is not well, or was not instrumented, and why. */
  findings: z.array(z.object({ component: z.string(), message: z.string() })),
  /** False: it only reports, nothing can be set for it. */
  controllable: z.boolean(),
  configStatus: z.enum(['none', 'pending', 'applied', 'applying', 'failed']),
  configError: z.string(),
  /** What it says is in force, as files. */
  effective: z.array(z.object({ name: z.string(), contentType: z.string(), text: z.string() })),
  attributes: z.array(z.object({ key: z.string(), value: z.string() })),
  startedNanos: unixNanos.nullable(),
  lastSeenNanos: unixNanos,
})
export type AgentInfo = z.infer<typeof agentInfo>

export const listAgents = defineEndpoint({
  id: 'listAgents',
  group: 'agents',
  method: 'GET',
  path: '/api/agents',
  summary:
    'Agents that are or were connected lately: health, effective configuration, findings; and what is set for them',
  input: z.object({ service: z.string().max(500).optional() }),
  output: z.object({ agents: z.array(agentInfo), settings: z.array(agentSettings), timeNanos: unixNanos }),
})

export const setAgents = defineEndpoint({
  id: 'setAgents',
  group: 'agents',
  method: 'POST',
  path: '/api/agents/settings',
  summary: 'Sets something for the agents of a service, for a while or until it is cleared',
  description: 'It is in force in connected agents within two seconds, and outlives a restart of Clew.',
  input: z.object({
    service: z.string().min(1).max(500).default('*').describe('name of a service; * for all'),
    agent: z.string().max(64).optional().describe('id of one agent, from listAgents'),
    settings: z.string().max(16_384).describe('live settings as JSON, for example {"sampling":{"share":1}}'),
    for: z.string().max(50).optional().describe('duration, for example 10m; missing: until it is cleared'),
  }),
  output: agentSettings,
})

export const clearAgents = defineEndpoint({
  id: 'clearAgents',
  group: 'agents',
  method: 'POST',
  path: '/api/agents/settings/clear',
  summary: 'Takes back what is set: one assignment by its id, or everything of a service',
  input: z.object({
    id: z.string().max(100).optional(),
    service: z.string().max(500).optional().describe('* is what was set for all services'),
  }),
  output: z.object({ cleared: z.array(agentSettings) }),
})
