import type { ReactNode } from 'react'
import type { AgentInfo } from '@clew/contract/agents'
import { formatExactUtc } from '../../model/format-time.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button, IconButton } from '../../ui/button.tsx'
import { AgentState } from './agent-state.tsx'
import styles from './agents.module.css'

/** Everything about one agent: what is not well, what is in force, what it is. */
export function AgentPanel(props: {
  readonly agent: AgentInfo
  readonly onSet: () => void
  readonly onClose: () => void
}): ReactNode {
  const { agent, onSet, onClose } = props
  return (
    <aside className={styles.panel} aria-label={`Agent of ${agent.service}`}>
      <header className={styles.bar}>
        <h2 className={styles.name}>{agent.service === '' ? 'Unknown service' : agent.service}</h2>
        <IconButton icon="close" label="Close" keys="Esc" onClick={onClose} />
      </header>
      <div className={styles.content} tabIndex={0} role="region" aria-label="Agent details">
        <p className={styles.badges}>
          <AgentState agent={agent} />
          <Badge>{agent.transport === 'websocket' ? 'WebSocket' : 'HTTP'}</Badge>
          <Badge tone={agent.configStatus === 'failed' ? 'error' : 'plain'}>
            {agent.controllable ? `settings ${agent.configStatus}` : 'reports only'}
          </Badge>
        </p>
        {agent.configError !== '' && (
          <p className={styles.problem} role="alert">
            Not applied: {agent.configError}
          </p>
        )}
        {agent.controllable && (
          <Button icon="filter" onClick={onSet}>
            Set for this agent
          </Button>
        )}
        <h3>Findings</h3>
        {agent.findings.length === 0 ? (
          <p className={styles.dim}>Nothing is reported.</p>
        ) : (
          <ul className={styles.findings}>
            {agent.findings.map(({ component, message }) => (
              <li key={`${component} ${message}`}>
                <strong>{component}</strong> {message}
              </li>
            ))}
          </ul>
        )}
        <h3>In force</h3>
        {agent.effective.length === 0 && <p className={styles.dim}>It does not say.</p>}
        {agent.effective.map(({ name, text }) => (
          <pre key={name} className={styles.code} tabIndex={0} aria-label={`Effective configuration ${name}`}>
            {pretty(text)}
          </pre>
        ))}
        <h3>What it is</h3>
        <dl className={styles.attributes}>
          <dt>id</dt>
          <dd>{agent.id}</dd>
          <dt>last seen</dt>
          <dd>{formatExactUtc(agent.lastSeenNanos)}</dd>
          {agent.attributes.map(({ key, value }) => (
            <div key={key} className={styles.pair}>
              <dt>{key}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      </div>
    </aside>
  )
}

function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return text
  }
}
