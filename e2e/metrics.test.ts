import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type ClewProcess,
  eventually,
  expectAccessible,
  nowNanos,
  openPage,
  removeDataDirs,
  sendShop,
  startBrowser,
  startClew,
  THEMES,
} from './harness.ts'

const PAGE = '/explore/metrics'
let browser: Browser
let clew: ClewProcess

beforeAll(async () => {
  browser = await startBrowser()
  clew = await startClew()
  await sendShop(clew, 50)
  await sendGauge()
  await eventually(async () => {
    const { metrics } = (await (await fetch(`${clew.ui}/api/metrics`)).json()) as { metrics: { name: string }[] }
    return metrics.some(({ name }) => name === 'warehouse.stock') && metrics.length > 3 ? true : undefined
  })
})
afterAll(async () => {
  await browser.close()
  await clew.stop()
  removeDataDirs()
})

/** A gauge with three shelves, a point a minute for 20 minutes; shelf n holds n × 100 pieces. */
async function sendGauge(): Promise<void> {
  const end = nowNanos() - 60_000_000_000n
  const dataPoints = Array.from({ length: 60 }, (_, index) => ({
    timeUnixNano: String(end - BigInt(Math.floor(index / 3)) * 60_000_000_000n),
    asInt: String(((index % 3) + 1) * 100),
    attributes: [{ key: 'shelf', value: { stringValue: `shelf-${(index % 3) + 1}` } }],
  }))
  const response = await fetch(`${clew.otlpHttp}/v1/metrics`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      resourceMetrics: [
        {
          resource: { attributes: [{ key: 'service.name', value: { stringValue: 'warehouse' } }] },
          scopeMetrics: [
            {
              metrics: [
                { name: 'warehouse.stock', unit: '{piece}', description: 'Pieces on a shelf', gauge: { dataPoints } },
              ],
            },
          ],
        },
      ],
    }),
  })
  expect(response.status).toBe(200)
}

const series = (page: Page) => page.getByRole('region', { name: 'Series', exact: true })

describe('the metrics page', () => {
  test.each(THEMES)('finds a metric and draws it, accessibly (%s)', async (theme) => {
    const { page, complaints } = await openPage(browser, `${clew.ui}${PAGE}`, theme)
    await page.getByText('Choose a metric').waitFor()
    await page.keyboard.press('/')
    await page.keyboard.type('pieces shelf')
    await page.getByRole('heading', { name: '1 metric', exact: true }).waitFor()
    await page
      .getByRole('list', { name: 'Metrics' })
      .getByRole('button', { name: /warehouse\.stock/ })
      .click()
    await page.getByRole('application', { name: /^warehouse\.stock, Average\. .*latest 200 piece/ }).waitFor()
    await page.locator('.uplot canvas').waitFor()
    await expectAccessible(page)
    expect(complaints).toEqual([])
    await page.context().close()
  })

  test('groups by a label, keeps it in the address, and shows the right values', async () => {
    const { page } = await openPage(browser, `${clew.ui}${PAGE}?name=warehouse.stock`)
    await page.getByRole('button', { name: 'Label', exact: true }).click()
    await page.getByRole('menuitem', { name: /^shelf/ }).click()
    await page.waitForURL(/groupBy=shelf/)
    await series(page).getByRole('row').nth(3).waitFor()
    const rows = await series(page).getByRole('row').allTextContents()
    expect(rows.slice(1).map((row) => row.replace(/:.*?(?=\d+ piece\d)/, ' '))).toHaveLength(3)
    for (const shelf of [1, 2, 3]) {
      expect(rows.find((row) => row.startsWith(`shelf-${shelf}`))).toContain(`${shelf * 100} piece`)
    }
    await page.getByRole('button', { name: 'Do not group by shelf' }).click()
    await page.waitForURL((address) => !address.searchParams.has('groupBy'))
    await page.context().close()
  })

  test('filters and aggregates', async () => {
    const { page } = await openPage(browser, `${clew.ui}${PAGE}?name=warehouse.stock`)
    await page.getByRole('combobox', { name: 'Search metrics' }).fill('shelf=shelf-3')
    await page.keyboard.press('Escape')
    await page.getByRole('combobox', { name: 'Search metrics' }).press('Enter')
    await page.getByRole('application', { name: /latest 300 piece/ }).waitFor()
    await page.getByRole('combobox', { name: 'Show' }).click()
    await page.getByRole('option', { name: 'Number of points' }).click()
    await page.waitForURL(/aggregation=count/)
    await page.getByRole('application', { name: /^warehouse\.stock, Number of points\. .*highest \d+$/ }).waitFor()
    await page.context().close()
  })

  test('series that are left out are counted, and shown on demand', async () => {
    const { page } = await openPage(browser, `${clew.ui}${PAGE}?name=warehouse.stock&groupBy=shelf&maxSeries=1`)
    await page.getByText('2 smaller series are not shown.').waitFor()
    expect(await series(page).getByRole('row').count()).toBe(2)
    await page.getByRole('button', { name: 'Show up to 100' }).click()
    await series(page).getByRole('row').nth(3).waitFor()
    await page.context().close()
  })

  test('a filter that matches nothing is dropped with one click', async () => {
    const { page } = await openPage(browser, `${clew.ui}${PAGE}?name=warehouse.stock&filter=shelf%3Dnone`)
    await page.getByText('No points match the filter').waitFor()
    await page.getByRole('button', { name: 'Drop the filter' }).click()
    await page.locator('.uplot canvas').waitFor()
    await page.context().close()
  })

  test('histograms have percentiles', async () => {
    const { page } = await openPage(browser, `${clew.ui}${PAGE}?name=http.server.request.duration&groupBy=service.name`)
    await page.getByRole('application', { name: /^http\.server\.request\.duration, p95\./ }).waitFor()
    expect(await series(page).getByRole('row').count()).toBeGreaterThan(2)
    await page.context().close()
  })
})
