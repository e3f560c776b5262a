import type { ReactNode } from 'react'
import type { AgentInfo } from '@clew/contract/agents'
import { Badge } from '../../ui/badge.tsx'

/** Whether an agent is there and well, in one word. */
export function AgentState({ agent }: { readonly agent: AgentInfo }): ReactNode {
  if (!agent.connected) return <Badge>away</Badge>
  if (agent.healthy === false) return <Badge tone="error">unhealthy</Badge>
  if (agent.findings.length > 0) {
    return <Badge tone="warn">{`${agent.findings.length} finding${agent.findings.length === 1 ? '' : 's'}`}</Badge>
  }
  return <Badge tone="ok">well</Badge>
}
