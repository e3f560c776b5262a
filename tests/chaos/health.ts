import { expect } from 'vitest'
import type { Pipeline } from '@clew/contract/pipeline'
import { runClew } from '../clew-process.ts'

/** What a running Clew says about itself. */
export interface Health {
  readonly ready: boolean
  /** The lines of /readyz behind the first. */
  readonly lines: readonly string[]
}

/** Asks /readyz. */
export async function health(ui: string): Promise<Health> {
  const response = await fetch(`${ui}/readyz`)
  const [first, ...lines] = (await response.text()).trimEnd().split('\n')
  expect(first).toBe(response.status === 200 ? 'ready' : 'not ready')
  return { ready: response.status === 200, lines }
}

/** The store's part of /api/pipeline: what the Pipeline page shows. */
export async function storeState(ui: string): Promise<Pipeline['store']> {
  return ((await (await fetch(`${ui}/api/pipeline`)).json()) as Pipeline).store
}

/** Holds that /readyz, `clew doctor` and the Pipeline page name a trouble and when it began. */
export async function expectSaid(ui: string, dataDir: string, text: RegExp, notBeforeMs: number): Promise<void> {
  await expect.poll(async () => (await health(ui)).lines.join('\n'), { timeout: 60_000, interval: 200 }).toMatch(text)
  const line = (await health(ui)).lines.find((each) => text.test(each)) ?? ''
  const since = Date.parse(/^since (\S+):/.exec(line)?.[1] ?? '')
  expect(since).toBeGreaterThanOrEqual(notBeforeMs - 1000)
  expect(since).toBeLessThanOrEqual(Date.now())
  const shown = (await storeState(ui)).troubles.find(({ message }) => text.test(message))
  expect(Math.abs(Number(BigInt(shown?.sinceNanos ?? '0') / 1_000_000n) - since)).toBeLessThan(1000)
  const doctor = await runClew(['doctor', '--url', ui, '--data-dir', dataDir])
  expect(doctor.stdout).toMatch(text)
  expect(doctor.stdout).toContain(`since ${new Date(since).toISOString().slice(0, 16)}`)
  expect(doctor.code).toBe(1)
}
