import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type ClewProcess,
  expectAccessible,
  nowNanos,
  openPage,
  removeDataDirs,
  searchable,
  searchableTraces,
  sendShop,
  sendTrace,
  startBrowser,
  startClew,
  THEMES,
} from './harness.ts'

let browser: Browser
beforeAll(async () => {
  browser = await startBrowser()
})
afterAll(async () => {
  await browser.close()
  removeDataDirs()
})

const search = (page: Page) => page.getByRole('combobox', { name: 'Search traces' })
const rows = (page: Page) =>
  page
    .getByRole('table', { name: 'Traces' })
    .getByRole('row')
    .filter({ has: page.getByRole('cell') })
const title = (page: Page, text: RegExp) => page.getByRole('heading', { level: 2, name: text })

describe('an installation without telemetry', () => {
  let clew: ClewProcess
  beforeAll(async () => {
    clew = await startClew()
  })
  afterAll(async () => {
    await clew.stop()
  })

  test.each(THEMES)('guides to the first trace, accessibly (%s)', async (theme) => {
    const { page, complaints } = await openPage(browser, clew.ui, theme)
    await page.getByRole('heading', { name: 'Send the first trace' }).waitFor()
    const command = await page.getByRole('tabpanel').locator('pre').textContent()
    expect(command).toContain(clew.otlpHttp)
    await expectAccessible(page)
    expect(complaints).toEqual([])
    await page.context().close()
  })

  test('turns green by itself when the test trace arrives, and opens it', async () => {
    const { page, complaints } = await openPage(browser, clew.ui)
    await page.getByText('Waiting for the first span').waitFor()
    await page.getByRole('button', { name: 'Send a test trace' }).click()
    await page.getByText('The first trace is here').waitFor()
    await page.getByRole('button', { name: 'Open the trace' }).click()
    await page.getByRole('application').waitFor()
    expect(new URL(page.url()).pathname).toMatch(/^\/traces\/[0-9a-f]{32}$/)
    expect(complaints).toEqual([])
    await page.context().close()
  })
})

describe('the traces page', () => {
  let clew: ClewProcess
  const slow = '11111111111111111111111111111111'
  beforeAll(async () => {
    clew = await startClew()
    await sendShop(clew, 300)
    await sendTrace(clew, slow, nowNanos() - 60_000_000_000n, [
      {
        id: '1000000000000001',
        service: 'warehouse',
        name: 'count stock',
        start: 0,
        duration: 9_000_000_000,
        kind: 2,
        attributes: { 'shelf.row': 7, 'odd key': 'a "quoted" value' },
      },
      {
        id: '1000000000000002',
        parent: '1000000000000001',
        service: 'warehouse',
        name: 'scan',
        start: 1000,
        duration: 5_000_000,
        error: 'scanner is off',
      },
    ])
    await searchable(clew, slow, 2)
    await searchableTraces(clew, 301)
  })
  afterAll(async () => {
    await clew.stop()
  })

  test.each(THEMES)('shows overview and list, accessibly (%s)', async (theme) => {
    const { page, complaints } = await openPage(browser, `${clew.ui}/traces`, theme)
    await title(page, /^301 traces$/).waitFor()
    await page.getByRole('img', { name: /Spans by time and duration: .* slowest from/ }).waitFor()
    expect(await rows(page).count()).toBeGreaterThan(10)
    await expectAccessible(page)
    expect(complaints).toEqual([])
    await page.context().close()
  })

  test('a search finds by attribute, lands in the address, and survives a reload and Back', async () => {
    const { page } = await openPage(browser, `${clew.ui}/traces`)
    await title(page, /^301 traces$/).waitFor()
    await page.keyboard.press('/')
    await page.keyboard.type('span.shelf.row=7')
    await page.keyboard.press('Enter')
    await title(page, /^1 trace$/).waitFor()
    expect(new URL(page.url()).searchParams.get('q')).toBe('span.shelf.row=7')
    await page.reload()
    await title(page, /^1 trace$/).waitFor()
    expect(await search(page).inputValue()).toBe('span.shelf.row=7')
    await page.goBack()
    await title(page, /^301 traces$/).waitFor()
    await page.context().close()
  })

  test('keys, operators and values are completed from what is stored', async () => {
    const { page } = await openPage(browser, `${clew.ui}/traces`)
    await title(page, /^301 traces$/).waitFor()
    await page.keyboard.press('/')
    await page.keyboard.type('shelf')
    await page.getByRole('option', { name: /span\.shelf\.row/ }).click()
    await page.keyboard.type('=7 service=ware')
    await page.getByRole('option', { name: /^warehouse/ }).waitFor()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await title(page, /^1 trace$/).waitFor()
    expect(new URL(page.url()).searchParams.get('q')).toBe('span.shelf.row=7 service=warehouse')
    await page.context().close()
  })

  test('a search that cannot be read says where, and keeps the old answer', async () => {
    const { page } = await openPage(browser, `${clew.ui}/traces`)
    await title(page, /^301 traces$/).waitFor()
    await search(page).fill('service=')
    await page.keyboard.press('Enter')
    await page
      .getByRole('alert')
      .filter({ hasText: /expected|value/i })
      .waitFor()
    expect(await title(page, /^301 traces$/).count()).toBe(1)
    await page.context().close()
  })

  test('a box dragged out of the heatmap becomes a time range and durations; Back undoes it', async () => {
    const { page } = await openPage(browser, `${clew.ui}/traces?q=service%3Dwarehouse`)
    const map = page.getByRole('img', { name: /Spans by time and duration/ })
    await map.waitFor()
    const box = await map.boundingBox()
    if (box === null) throw new Error('the heatmap has no box')
    await page.mouse.move(box.x + 60, box.y + 2)
    await page.mouse.down()
    await page.mouse.move(box.x + box.width - 2, box.y + box.height * 0.3, { steps: 4 })
    await page.mouse.up()
    await page.waitForURL(/duration/)
    const url = new URL(page.url())
    expect(url.searchParams.get('q')).toMatch(/^service=warehouse duration>=[\d.]+\w+$/)
    expect(url.searchParams.get('start')).toMatch(/^\d{19}$/)
    expect(url.searchParams.get('end')).toMatch(/^\d{19}$/)
    await title(page, /^1 trace$/).waitFor()
    await page.goBack()
    await page.waitForURL((address) => !address.searchParams.has('end'))
    await page.context().close()
  })

  test('points: the slowest one opens its trace', async () => {
    const { page } = await openPage(browser, `${clew.ui}/traces?view=scatter&q=shelf.row%3D7`)
    const map = page.getByRole('img', { name: /1 span by start and duration/ })
    await map.waitFor()
    const box = await map.boundingBox()
    if (box === null) throw new Error('the scatter has no box')
    // Somewhere in the last minutes at the right: look for the point by its tip.
    let found = false
    for (let x = box.x + box.width - 1; x > box.x + box.width / 2 && !found; x -= 4) {
      for (let y = box.y + 4; y < box.y + box.height - 20 && !found; y += 8) {
        await page.mouse.move(x, y)
        found = (await page.getByText('warehouse: count stock').count()) > 0
      }
    }
    expect(found).toBe(true)
    await page.mouse.down()
    await page.mouse.up()
    await page.waitForURL(new RegExp(`/traces/${slow}`))
    await page.context().close()
  })

  test('j, k and Enter walk the list and open a trace; Back comes back to the list', async () => {
    const { page } = await openPage(browser, `${clew.ui}/traces?sort=longest`)
    await title(page, /^301 traces$/).waitFor()
    await page.keyboard.press('j')
    await page.keyboard.press('j')
    await page.keyboard.press('k')
    expect(await rows(page).first().getAttribute('aria-selected')).toBe('true')
    await page.keyboard.press('Enter')
    await page.waitForURL(new RegExp(`/traces/${slow}`))
    await page.goBack()
    await title(page, /^301 traces$/).waitFor()
    await page.context().close()
  })

  test('scrolling loads further pages until every trace has been seen once', async () => {
    const { page } = await openPage(browser, `${clew.ui}/traces`)
    await title(page, /^301 traces$/).waitFor()
    const table = page.getByRole('table', { name: 'Traces' })
    await table.hover()
    const seen = new Set<string>()
    while ((await page.getByText('No more traces in this range').count()) === 0 || seen.size < 301) {
      // In one go: rows come and go while the list scrolls.
      const links = await table
        .getByRole('link')
        .evaluateAll((found) => found.map((link) => link.getAttribute('href') ?? ''))
      for (const link of links) seen.add(link)
      await page.mouse.wheel(0, 600)
    }
    expect(seen.size).toBe(301)
    expect(await table.getAttribute('aria-rowcount')).toBe('302')
    await page.context().close()
  })

  test('no result: the condition to blame is named and dropped with one click', async () => {
    const { page } = await openPage(browser, `${clew.ui}/traces?q=service%3Dwarehouse+shelf.row%3D8`)
    await page.getByText('No trace matches').waitFor()
    const blame = page.getByText(/Without shelf\.row=8: 1 trace/)
    await blame.waitFor()
    await expectAccessible(page)
    await page.getByRole('button', { name: 'Drop it' }).first().click()
    await title(page, /^1 trace$/).waitFor()
    expect(new URL(page.url()).searchParams.get('q')).toBe('service=warehouse')
    await page.context().close()
  })

  test('the query, its cost and a working curl command are one click away', async () => {
    const { page } = await openPage(browser, `${clew.ui}/traces?q=service%3Dwarehouse`)
    await title(page, /^1 trace$/).waitFor()
    await page.getByRole('button', { name: 'View query' }).last().click()
    const dialog = page.getByRole('dialog', { name: 'Query' })
    const curl = (await dialog.locator('pre').first().textContent()) ?? ''
    const address = /'([^']+)'/.exec(curl)?.[1] ?? ''
    const answer = (await (await fetch(address)).json()) as { traces: { traceId: string }[] }
    expect(answer.traces.map(({ traceId }) => traceId)).toEqual([slow])
    expect(await dialog.locator('pre').nth(1).textContent()).toMatch(/SELECT/)
    await expectAccessible(page)
    await page.context().close()
  })

  test('palette and key sheet come from one list of commands', async () => {
    const { page } = await openPage(browser, `${clew.ui}/traces`)
    await title(page, /^301 traces$/).waitFor()
    await page.keyboard.press('?')
    const sheet = page.getByRole('dialog', { name: 'Keys' })
    await sheet.getByText('Shift time range earlier').waitFor()
    await expectAccessible(page)
    await page.keyboard.press('Escape')
    await page.keyboard.press('Control+k')
    await page.getByRole('dialog', { name: 'Command palette' }).waitFor()
    await expectAccessible(page)
    await page.keyboard.type('warehouse traces')
    await page.getByRole('option', { name: /Traces of warehouse/ }).click()
    await title(page, /^1 trace$/).waitFor()
    await page.keyboard.press('g')
    await page.keyboard.press('s')
    await page.waitForURL(/\/services/)
    await page.context().close()
  })

  test('the theme switches at once and is remembered', async () => {
    const { page } = await openPage(browser, `${clew.ui}/traces`, 'dark')
    const theme = () => page.evaluate(() => document.documentElement.dataset['theme'])
    expect(await theme()).toBe('dark')
    await page.getByRole('button', { name: /^Theme:/ }).click()
    await page.getByRole('button', { name: /^Theme:/ }).click()
    expect(await theme()).toBe('light')
    await page.reload()
    expect(await theme()).toBe('light')
    await page.context().close()
  })

  test('the first load stays small', async () => {
    const { page } = await openPage(browser, `${clew.ui}/traces`)
    await title(page, /^301 traces$/).waitFor()
    const bytes = await page.evaluate(() =>
      performance
        .getEntriesByType('resource')
        .filter(({ name }) => /\.(js|css)$/.test(name))
        .reduce((sum, entry) => sum + (entry as PerformanceResourceTiming).encodedBodySize, 0),
    )
    expect(bytes).toBeGreaterThan(0)
    expect(bytes).toBeLessThanOrEqual(300 * 1024)
    await page.context().close()
  })
})
