import { errorMessage } from '@clew/base/errors'
import { searchLogs } from '@clew/contract/logs'
import type { ApiClient } from '../client/api.ts'
import { ok, warning } from './check.ts'
import type { Check } from './check.ts'

const MOST_SHOWN = 20

/** What the agents of the last day have said about themselves: what is not instrumented, and why. */
export async function agentFindingChecks(client: ApiClient): Promise<Check[]> {
  try {
    const { logs } = await client.call(searchLogs, {
      q: 'event.name:clew.agent.finding',
      start: 'now-24h',
      limit: 1000,
    })
    const texts = new Set(logs.map(({ service, text }) => `${service}: ${text}`))
    if (texts.size === 0) return [ok('agents', 'no agent has reported anything it could not instrument')]
    const shown = [...texts].slice(0, MOST_SHOWN).map((text) => warning('agents', text))
    const hidden = texts.size - shown.length
    return hidden === 0
      ? shown
      : [...shown, warning('agents', `and ${hidden} more: clew logs event.name:clew.agent.finding`)]
  } catch (error) {
    return [warning('agents', `what the agents say cannot be read: ${errorMessage(error)}`)]
  }
}
