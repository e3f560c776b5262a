import type { Trouble } from '@clew/contract/pipeline'

/** The answer of /readyz: `ready` or `not ready`, then a line for everything that is wrong, with the time it began. */
export function readinessText(isReady: boolean, troubles: readonly Trouble[]): string {
  const lines = troubles.map(({ message, sinceNanos }) => {
    const since = new Date(Number(BigInt(sinceNanos) / 1_000_000n)).toISOString()
    return `since ${since}: ${message.replaceAll(/\s+/g, ' ')}`
  })
  return [isReady ? 'ready' : 'not ready', ...lines, ''].join('\n')
}
