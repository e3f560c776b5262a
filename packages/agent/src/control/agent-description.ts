import { createRequire } from 'node:module'
import { hostname } from 'node:os'
import { keyValues } from '@clew/opamp/attributes'
import type { AgentDescription } from '@clew/opamp/messages'

const IDENTIFYING = new Set(['service.name', 'service.namespace', 'service.instance.id', 'service.version'])
const WANTED =
  /^(service\.|deployment\.environment|host\.(name|arch|id)$|process\.(pid|runtime\.|command$|executable\.name)|os\.|k8s\.|container\.id$|cloud\.(provider|region)$|faas\.)/

/** What this agent is, from the resource of its telemetry. Command lines are left out: they may hold secrets. */
export function agentDescription(
  resource: Readonly<Record<string, unknown>> | undefined,
  serviceName: string | undefined,
): AgentDescription {
  const known = Object.entries(resource ?? {}).filter(([key]) => WANTED.test(key))
  const attributes: Record<string, unknown> = {
    'service.name': serviceName ?? 'unknown_service:node',
    'host.name': hostname(),
    'process.pid': process.pid,
    'process.runtime.name': 'nodejs',
    'process.runtime.version': process.versions.node,
    'telemetry.sdk.language': 'nodejs',
    'telemetry.distro.name': 'clew',
    'telemetry.distro.version': version(),
    ...Object.fromEntries(known),
  }
  const entries = Object.entries(attributes)
  return {
    identifyingAttributes: keyValues(Object.fromEntries(entries.filter(([key]) => IDENTIFYING.has(key)))),
    nonIdentifyingAttributes: keyValues(Object.fromEntries(entries.filter(([key]) => !IDENTIFYING.has(key)))),
  }
}

/** Of this package; the agent may be one file beside package.json's folder, or a folder deeper. */
function version(): string {
  const require = createRequire(import.meta.url)
  for (const path of ['../../package.json', '../package.json']) {
    try {
      const { name, version: found } = require(path) as { name?: string; version?: string }
      if (name === '@clew/agent') return found ?? ''
    } catch {
      // The next one.
    }
  }
  return ''
}
