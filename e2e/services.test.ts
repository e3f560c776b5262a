import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type ClewProcess,
  eventually,
  expectAccessible,
  openPage,
  removeDataDirs,
  searchableTraces,
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
  await sendShop(clew, 300)
  await searchableTraces(clew, 300)
  await eventually(async () => {
    const graph = (await (await fetch(`${clew.ui}/api/service-graph`)).json()) as { edges: unknown[] }
    return graph.edges.length > 3 ? true : undefined
  })
})
afterAll(async () => {
  await browser.close()
  await clew.stop()
  removeDataDirs()
})

const table = (page: Page) => page.getByRole('region', { name: 'Services' })
const names = async (page: Page): Promise<string[]> => table(page).getByRole('row').getByRole('link').allTextContents()

describe('the list of services', () => {
  test.each(THEMES)('shows rate, errors and durations, accessibly (%s)', async (theme) => {
    const { page, complaints } = await openPage(browser, `${clew.ui}/services`, theme)
    await table(page).waitFor()
    const storefront = table(page).getByRole('row').filter({ hasText: 'storefront' })
    expect(await storefront.textContent()).toMatch(/\/s.*%.*(ms|µs|s)/)
    expect(await storefront.getByRole('img').count()).toBe(3)
    await expectAccessible(page)
    expect(complaints).toEqual([])
    await page.context().close()
  })

  test('agrees with the API, sorts both ways, and keeps the order in the address', async () => {
    const answer = (await (await fetch(`${clew.ui}/api/services`)).json()) as {
      services: { name: string; red: { p95Nanos: number | null } }[]
    }
    const { page } = await openPage(browser, `${clew.ui}/services`)
    await table(page).waitFor()
    expect((await names(page)).sort()).toEqual(answer.services.map(({ name }) => name).sort())
    await page.getByRole('button', { name: 'p95' }).click()
    await page.waitForURL(/sort=p95/)
    const slowest = [...answer.services].sort((a, b) => (b.red.p95Nanos ?? -1) - (a.red.p95Nanos ?? -1))
    expect(await names(page)).toEqual(slowest.map(({ name }) => name))
    expect(await page.getByRole('columnheader', { name: 'p95' }).getAttribute('aria-sort')).toBe('descending')
    await page.getByRole('button', { name: 'p95' }).click()
    await page.waitForURL(/order=asc/)
    expect(await names(page)).toEqual(slowest.map(({ name }) => name).toReversed())
    await page.context().close()
  })

  test('is searched with / and walked with j and Enter', async () => {
    const { page } = await openPage(browser, `${clew.ui}/services`)
    await table(page).waitFor()
    await page.keyboard.press('/')
    await page.keyboard.type('STORE')
    await page.getByText(/^1 of \d+ services$/).waitFor()
    await page.getByRole('textbox', { name: 'Find a service' }).blur()
    await page.keyboard.press('j')
    await page.keyboard.press('Enter')
    await page.waitForURL(/\/services\/storefront/)
    await page.context().close()
  })

  test('a name that no service has says so and leads back', async () => {
    const { page } = await openPage(browser, `${clew.ui}/services?find=nobody`)
    await page.getByText('No service has “nobody” in its name').waitFor()
    await page.getByRole('button', { name: 'Show all services' }).click()
    await table(page).waitFor()
    await page.context().close()
  })
})

describe('the page of a service', () => {
  test.each(THEMES)('shows charts, operations, neighbours and where it runs, accessibly (%s)', async (theme) => {
    const { page, complaints } = await openPage(browser, `${clew.ui}/services/storefront`, theme)
    await page.getByRole('application', { name: /^Duration of storefront\. p99: latest/ }).waitFor()
    await page.locator('.uplot canvas').nth(2).waitFor()
    expect(
      await page.getByRole('region', { name: 'Operations of storefront' }).getByRole('row').count(),
    ).toBeGreaterThan(2)
    expect(await page.getByRole('region', { name: 'Calls', exact: true }).getByRole('row').count()).toBeGreaterThan(1)
    await expectAccessible(page)
    expect(complaints).toEqual([])
    await page.context().close()
  })

  test('an operation leads to exactly its traces', async () => {
    const { page } = await openPage(browser, `${clew.ui}/services/storefront`)
    const operations = page.getByRole('region', { name: 'Operations of storefront' })
    await operations.getByRole('link', { name: /^GET \/products\// }).click()
    await page.waitForURL(/\/traces\?/)
    expect(new URL(page.url()).searchParams.get('q')).toMatch(
      /^service=storefront AND name="GET \/products\/.*" AND kind=server$/,
    )
    await page.getByRole('heading', { level: 2, name: /^\d+ traces$/ }).waitFor()
    await page.context().close()
  })

  test('a drag on one chart zooms all of them; pointing at one marks the time in the others', async () => {
    const { page } = await openPage(browser, `${clew.ui}/services/storefront`)
    const rate = page.getByRole('application', { name: /^Calls a second of storefront/ })
    await page.locator('.uplot canvas').nth(2).waitFor()
    const box = await rate.boundingBox()
    if (box === null) throw new Error('the chart has no box')
    await page.mouse.move(box.x + box.width * 0.6, box.y + 60)
    await page.mouse.move(box.x + box.width * 0.62, box.y + 60)
    expect(await page.locator('[class*="cursor"]').count()).toBe(3)
    await page.mouse.down()
    await page.mouse.move(box.x + box.width * 0.9, box.y + 60, { steps: 4 })
    await page.mouse.up()
    await page.waitForURL(/start=\d{19}&end=\d{19}/)
    await page.context().close()
  })

  test('names what the agent could not instrument, and leads to the records', async () => {
    const text = 'express was loaded before the agent and is not instrumented'
    const timeUnixNano = `${BigInt(Date.now()) * 1_000_000n}`
    const attributes = [{ key: 'clew.finding.kind', value: { stringValue: 'loaded-before-agent' } }]
    const record = {
      timeUnixNano,
      eventName: 'clew.agent.finding',
      severityNumber: 13,
      body: { stringValue: text },
      attributes,
    }
    const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'storefront' } }] }
    const body = JSON.stringify({ resourceLogs: [{ resource, scopeLogs: [{ logRecords: [record] }] }] })
    const headers = { 'content-type': 'application/json' }
    expect((await fetch(`${clew.otlpHttp}/v1/logs`, { method: 'POST', headers, body })).status).toBe(200)
    const q = 'event.name:clew.agent.finding'
    await eventually(async () => {
      const answer = (await (await fetch(`${clew.ui}/api/logs?q=${q}`)).json()) as { logs: unknown[] }
      return answer.logs.length > 0 ? true : undefined
    })
    const { page, complaints } = await openPage(browser, `${clew.ui}/services/storefront`)
    const panel = page.getByRole('listitem').filter({ hasText: text })
    expect(await panel.textContent()).toContain('loaded-before-agent')
    await expectAccessible(page)
    await page.getByRole('link', { name: 'Open in logs' }).click()
    await page.waitForURL(/\/logs\?/)
    await page.getByText(text).first().waitFor()
    expect(complaints).toEqual([])
    await page.context().close()
  })

  test('a service without spans says so', async () => {
    const { page } = await openPage(browser, `${clew.ui}/services/nobody`)
    await page
      .getByText(/nobody/)
      .nth(1)
      .waitFor()
    expect(await page.getByRole('main').textContent()).toMatch(/no spans/i)
    await page.context().close()
  })
})

describe('the service graph', () => {
  test.each(THEMES)('shows who calls whom, as a picture and as a table, accessibly (%s)', async (theme) => {
    const { page, complaints } = await openPage(browser, `${clew.ui}/services?view=graph`, theme)
    const node = page.getByRole('button', { name: /storefront/ })
    await node.waitFor()
    expect(await page.locator('.react-flow__edge').count()).toBeGreaterThan(3)
    await expectAccessible(page)
    await page.keyboard.press('t')
    const rows = page.getByRole('region', { name: 'Calls between services' }).getByRole('row')
    await rows.nth(3).waitFor()
    expect(await rows.filter({ hasText: 'database' }).count()).toBeGreaterThan(0)
    await expectAccessible(page)
    await page.keyboard.press('t')
    await node.press('Enter')
    await page.waitForURL(/\/services\/storefront/)
    expect(complaints).toEqual([])
    await page.context().close()
  })
})
