import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { ProcessStats } from './process-stats.ts'

test.each([
  ['for the first one who asks, how long the loop was held up before', false],
  ['for one who follows it, what happened since the last look', true],
])('event-loop lag: %s', async (_what, isFollowed) => {
  const stats = new ProcessStats()
  try {
    if (isFollowed) stats.read()
    for (let i = 0; i < 4; i++) {
      await sleep(100)
      const endMs = performance.now() + 300
      while (performance.now() < endMs);
    }
    await sleep(10)
    const { eventLoopLagMs, rssBytes } = stats.read()
    expect(eventLoopLagMs).toBeGreaterThan(150)
    expect(rssBytes).toBeGreaterThan(1 << 20)
  } finally {
    stats.close()
  }
})
