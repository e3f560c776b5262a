import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type ClewProcess,
  eventually,
  expectAccessible,
  nowNanos,
  openPage,
  removeDataDirs,
  sendLog,
  sendShop,
  startBrowser,
  startClew,
  THEMES,
} from './harness.ts'

let browser: Browser
let clew: ClewProcess

beforeAll(async () => {
  browser = await startBrowser()
  clew = await startClew()
  await sendShop(clew, 100)
})
afterAll(async () => {
  await browser.close()
  await clew.stop()
  removeDataDirs()
})

interface Snapshot {
  readonly totals: Readonly<Record<string, { traces: number; logs: number; metrics: number }>>
}
const snapshot = async (): Promise<Snapshot> => (await (await fetch(`${clew.ui}/api/pipeline`)).json()) as Snapshot

/** `1,234 received` as a number. */
async function shown(page: Page, signal: string, term: string): Promise<number> {
  const line = page.getByRole('heading', { name: signal, exact: true }).locator('..')
  const title = await line.locator(`[title$=" ${term}"]`).getAttribute('title')
  return Number((title ?? '').replace(/[^\d]/g, ''))
}

describe('the pipeline page', () => {
  test.each(THEMES)('shows an equation that adds up, components and store, accessibly (%s)', async (theme) => {
    const { page, complaints } = await openPage(browser, `${clew.ui}/pipeline`, theme)
    await page.getByText('adds up').nth(2).waitFor()
    await page.getByRole('region', { name: 'Pipeline traces' }).getByRole('button', { name: /clew/ }).waitFor()
    await eventually(async () => {
      const { totals } = await snapshot()
      return (await shown(page, 'spans', 'stored')) === totals['stored']?.traces ? true : undefined
    })
    const { totals } = await snapshot()
    expect(await shown(page, 'spans', 'received')).toBe(totals['received']?.traces)
    expect(totals['received']?.traces).toBeGreaterThan(500)
    await expectAccessible(page)
    expect(complaints).toEqual([])
    await page.context().close()
  })

  test('the figures move by themselves, stand still when frozen, and go on', async () => {
    const { page } = await openPage(browser, `${clew.ui}/pipeline`)
    await page.getByText('adds up').nth(2).waitFor()
    const before = await shown(page, 'log records', 'received')
    const say = (): Promise<void> =>
      sendLog(clew, { service: 'speaker', timeNanos: nowNanos(), severity: 9, text: 'one more' })
    await say()
    await eventually(async () => ((await shown(page, 'log records', 'received')) === before + 1 ? true : undefined))
    await page.getByRole('button', { name: 'Freeze' }).click()
    await say()
    await eventually(async () => ((await snapshot()).totals['received']?.logs === before + 2 ? true : undefined))
    expect(await shown(page, 'log records', 'received')).toBe(before + 1)
    await page.getByRole('button', { name: 'Go on' }).click()
    await eventually(async () => ((await shown(page, 'log records', 'received')) === before + 2 ? true : undefined))
    await page.context().close()
  })

  test('a component is looked into live: what flows out of it appears', async () => {
    const { page, complaints } = await openPage(browser, `${clew.ui}/pipeline`)
    await page.getByRole('region', { name: 'Pipeline logs' }).getByRole('button', { name: /otlp/ }).click()
    await page.waitForURL(/node=receiver%2Fotlp/)
    await page.getByRole('button', { name: 'What flows now' }).click()
    await page.waitForURL(/look=live/)
    const rows = page.getByRole('region', { name: 'What flows now' }).getByRole('row')
    await eventually(async () => {
      await sendLog(clew, { service: 'tapped', timeNanos: nowNanos(), severity: 17, text: 'seen on the wire' })
      return (await rows.filter({ hasText: 'seen on the wire' }).count()) > 0 ? true : undefined
    })
    expect(await rows.filter({ hasText: 'seen on the wire' }).first().textContent()).toContain('tapped')
    await expectAccessible(page)
    expect(complaints).toEqual([])
    await page.context().close()
  })
})

describe('a pipeline that drops', () => {
  let sampling: ClewProcess
  beforeAll(async () => {
    sampling = await startClew(undefined, [
      '--set',
      'processors.probabilistic_sampler.sampling_percentage=10',
      '--set',
      'service.pipelines.traces.processors=[memory_limiter,probabilistic_sampler]',
    ])
    await sendShop(sampling, 100)
  })
  afterAll(async () => {
    await sampling.stop()
  })

  test('says how many, by which reason and rule, and still adds up', async () => {
    const { page } = await openPage(browser, `${sampling.ui}/pipeline`)
    await page.getByText('adds up').nth(2).waitFor()
    const losses = page.getByRole('region', { name: 'Dropped and refused, by reason' })
    const row = losses.getByRole('row').filter({ hasText: 'probabilistic_sampler' })
    await row.waitFor()
    const received = await shown(page, 'spans', 'received')
    const dropped = await shown(page, 'spans', 'dropped')
    expect(dropped).toBeGreaterThan(received * 0.5)
    await row.getByRole('button').click()
    await page.waitForURL(/node=processor/)
    const decision = page.getByRole('region', { name: 'Recent decisions' }).getByRole('row').nth(1)
    expect(await decision.textContent()).toMatch(/traces.*sampl/i)
    await expectAccessible(page)
    await page.context().close()
  })
})
