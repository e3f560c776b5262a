import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type ClewProcess,
  eventually,
  expectAccessible,
  nowNanos,
  openPage,
  removeDataDirs,
  searchableTraces,
  sendLog,
  sendShop,
  startBrowser,
  startClew,
  THEMES,
} from './harness.ts'

const TRACE = '22222222222222222222222222222222'
const SPAN = '2000000000000002'
let browser: Browser
let clew: ClewProcess

beforeAll(async () => {
  browser = await startBrowser()
  clew = await startClew()
  await sendShop(clew, 300)
  await sendStructuredLog()
  await searchableTraces(clew, 300)
  await eventually(async () => ((await found('service=warehouse')) === 1 ? true : undefined))
})
afterAll(async () => {
  await browser.close()
  await clew.stop()
  removeDataDirs()
})

/** A record with a structured body, attributes of several types and a trace. */
async function sendStructuredLog(): Promise<void> {
  const record = {
    timeUnixNano: String(nowNanos() - 30_000_000_000n),
    severityNumber: 17,
    severityText: 'ERROR',
    traceId: TRACE,
    spanId: SPAN,
    body: {
      kvlistValue: {
        values: [
          { key: 'event', value: { stringValue: 'shelf empty' } },
          { key: 'big', value: { intValue: '9007199254740993' } },
        ],
      },
    },
    attributes: [{ key: 'shelf.row', value: { intValue: '7' } }],
  }
  const response = await fetch(`${clew.otlpHttp}/v1/logs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      resourceLogs: [
        {
          resource: { attributes: [{ key: 'service.name', value: { stringValue: 'warehouse' } }] },
          scopeLogs: [{ scope: { name: 'e2e' }, logRecords: [record] }],
        },
      ],
    }),
  })
  expect(response.status).toBe(200)
}

async function found(q: string): Promise<number> {
  const response = await fetch(`${clew.ui}/api/logs?limit=1&q=${encodeURIComponent(q)}`)
  return ((await response.json()) as { total: { value: number } }).total.value
}

const list = (page: Page) => page.getByRole('region', { name: 'Log records' })
const total = (page: Page) => page.getByRole('heading', { level: 2, name: /records?$/ })
const chart = (page: Page) => page.getByRole('application', { name: /^Log records over time/ })

describe('the logs page', () => {
  test.each(THEMES)('shows histogram and list, accessibly (%s)', async (theme) => {
    const { page, complaints } = await openPage(browser, `${clew.ui}/logs`, theme)
    await total(page).waitFor()
    expect(await chart(page).getAttribute('aria-label')).toMatch(/in all: .*error \d+/)
    expect(await list(page).getByRole('listitem').count()).toBeGreaterThan(10)
    await list(page).getByRole('button', { expanded: false }).first().click()
    await page.getByRole('heading', { name: 'Attributes' }).waitFor()
    await expectAccessible(page)
    expect(complaints).toEqual([])
    await page.context().close()
  })

  test('a click on a severity filters, lands in the address, and Back undoes it', async () => {
    const { page } = await openPage(browser, `${clew.ui}/logs`)
    await page.getByRole('button', { name: /^error/ }).click()
    await page.waitForURL(/severity/)
    expect(new URL(page.url()).searchParams.get('q')).toBe('severity=error')
    const errors = await found('severity=error')
    await page.getByRole('heading', { level: 2, name: `${errors} records`, exact: true }).waitFor()
    await page.goBack()
    await page.waitForURL((address) => !address.searchParams.has('q'))
    await page.context().close()
  })

  test('a drag on the histogram becomes the time range; Back undoes it', async () => {
    const { page } = await openPage(browser, `${clew.ui}/logs`)
    await chart(page).waitFor()
    const box = await chart(page).boundingBox()
    if (box === null) throw new Error('the histogram has no box')
    await page.mouse.move(box.x + box.width * 0.5, box.y + 20)
    await page.mouse.down()
    await page.mouse.move(box.x + box.width * 0.75, box.y + 20, { steps: 4 })
    await page.mouse.up()
    await page.waitForURL(/start=\d{19}/)
    const { searchParams } = new URL(page.url())
    const minutes = Number(BigInt(searchParams.get('end') ?? '0') - BigInt(searchParams.get('start') ?? '0')) / 60e9
    expect(minutes).toBeGreaterThan(13)
    expect(minutes).toBeLessThan(17)
    await page.goBack()
    await page.waitForURL((address) => !address.searchParams.has('start'))
    await page.context().close()
  })

  test('the histogram is read with arrow keys, zoomed with Enter, and has a table', async () => {
    const { page } = await openPage(browser, `${clew.ui}/logs`)
    await chart(page).focus()
    await page.keyboard.press('End')
    await page
      .getByRole('status')
      .filter({ hasText: /^\d\d:\d\d/ })
      .waitFor({ state: 'attached' })
    await page.keyboard.press('t')
    await page.getByRole('region', { name: 'Log records over time, table' }).getByRole('row').nth(3).waitFor()
    await page.getByRole('button', { name: 'Show Log records over time as a chart' }).click()
    await chart(page).focus()
    await page.keyboard.press('End')
    await page.keyboard.press('Shift+ArrowLeft')
    await page.keyboard.press('Enter')
    await page.waitForURL(/start=\d{19}/)
    await page.context().close()
  })

  test('a record opens to its structured body; a value filters in and out', async () => {
    const { page } = await openPage(browser, `${clew.ui}/logs?q=service%3Dwarehouse`)
    await list(page).getByRole('button', { expanded: false }).click()
    const body = await page.getByLabel('Body, laid out').textContent()
    expect(JSON.parse(body ?? '')).toEqual({ event: 'shelf empty', big: '9007199254740993' })
    await page.getByRole('button', { name: 'shelf.row: 7. Filter or copy' }).click()
    await page.getByRole('menuitem', { name: 'Only this value' }).click()
    await page.waitForURL(/shelf/)
    expect(new URL(page.url()).searchParams.get('q')).toBe('service=warehouse log.shelf.row=7')
    await page.getByRole('heading', { level: 2, name: '1 record', exact: true }).waitFor()
    await list(page).getByRole('button', { expanded: false }).click()
    await page.getByRole('button', { name: 'shelf.row: 7. Filter or copy' }).click()
    await page.getByRole('menuitem', { name: 'Without this value' }).click()
    await page.getByText('No log record matches').waitFor()
    await page.context().close()
  })

  test('the open record is in the address and survives a reload; its trace is one click away, and Back comes back', async () => {
    const { page } = await openPage(browser, `${clew.ui}/logs?q=service%3Dwarehouse`)
    await list(page).getByRole('button', { expanded: false }).click()
    await page.waitForURL(/open=/)
    await page.reload()
    await list(page).getByRole('button', { expanded: true }).waitFor()
    await page.getByRole('link', { name: 'Open the trace' }).click()
    await page.waitForURL(new RegExp(`/traces/${TRACE}\\?span=${SPAN}`))
    await page.goBack()
    await list(page).getByRole('button', { expanded: true }).waitFor()
    await page.context().close()
  })

  test('records of a trace are shown whenever they were', async () => {
    const { page } = await openPage(browser, `${clew.ui}/logs?traceId=${TRACE}&start=now-1s`)
    await page.getByRole('heading', { level: 2, name: '1 record', exact: true }).waitFor()
    expect(await page.getByRole('main').getByRole('link', { name: 'Open the trace' }).count()).toBe(2)
    await page.getByRole('button', { name: 'Show all logs' }).click()
    await page.waitForURL((address) => !address.searchParams.has('traceId'))
    await page.context().close()
  })

  test('nothing matches: the condition to blame is named and dropped with one click', async () => {
    const { page } = await openPage(browser, `${clew.ui}/logs?q=service%3Dwarehouse%20severity%3Dfatal`)
    await page.getByText('No log record matches').waitFor()
    await page.getByText(/Without severity=fatal: 1 record/).waitFor()
    await page.getByRole('button', { name: 'Drop it' }).first().click()
    await page.getByRole('heading', { level: 2, name: '1 record', exact: true }).waitFor()
    expect(new URL(page.url()).searchParams.get('q')).toBe('service=warehouse')
    await page.context().close()
  })

  test('scrolling to the end loads every record, once', async () => {
    const all = await found('service=storefront')
    expect(all).toBeGreaterThan(200)
    const { page } = await openPage(browser, `${clew.ui}/logs?q=service%3Dstorefront`)
    await total(page).waitFor()
    await eventually(async () => {
      await list(page).evaluate((element) => element.scrollTo(0, element.scrollHeight))
      return (await page.getByText('No more records in this range').isVisible()) ? true : undefined
    })
    const size = await list(page).getByRole('listitem').last().getAttribute('aria-setsize')
    expect(Number(size)).toBe(all)
    await page.context().close()
  })

  test('newer records come on top when asked for', async () => {
    const { page } = await openPage(browser, `${clew.ui}/logs?q=service%3Dnewcomer`)
    await page.getByText('No log record matches').waitFor()
    await sendLog(clew, { service: 'newcomer', timeNanos: nowNanos(), severity: 9, text: 'first words' })
    await eventually(async () => ((await found('service=newcomer')) === 1 ? true : undefined))
    await page.keyboard.press('r')
    await list(page).getByText('first words').waitFor()
    await sendLog(clew, { service: 'newcomer', timeNanos: nowNanos(), severity: 9, text: 'second words' })
    await eventually(async () => ((await found('service=newcomer')) === 2 ? true : undefined))
    await page.getByRole('button', { name: 'Load newer' }).click()
    await list(page).getByText('second words').waitFor()
    expect(await list(page).getByRole('listitem').first().textContent()).toContain('second words')
    await page.context().close()
  })

  test('j and k walk the list, Enter opens, Escape closes', async () => {
    const { page } = await openPage(browser, `${clew.ui}/logs`)
    await total(page).waitFor()
    await page.keyboard.press('j')
    await page.keyboard.press('j')
    await page.keyboard.press('Enter')
    const second = list(page).getByRole('listitem').nth(1).getByRole('button', { expanded: true })
    await second.waitFor()
    await page.keyboard.press('Escape')
    await second.waitFor({ state: 'detached' })
    await page.context().close()
  })
})

describe('live tail', () => {
  test('shows records as they arrive and holds them back while one reads', async () => {
    const { page, complaints } = await openPage(browser, `${clew.ui}/logs?live=on&q=service%3Dtailed`)
    await page.getByText('Waiting for records').waitFor()
    await page.getByText(/^Live/).first().waitFor()
    const say = (text: string): Promise<void> =>
      sendLog(clew, { service: 'tailed', timeNanos: nowNanos(), severity: 9, text })
    const rows = page.getByRole('region', { name: 'Live log records' })
    // The stream may open a moment after the page says so: words are repeated until the first are heard.
    await eventually(async () => {
      await say('hello')
      return (await rows.getByText('hello').count()) > 0 ? true : undefined
    })
    await rows.getByText('hello').first().hover()
    await page.getByText('Held back while you read').waitFor()
    const before = await rows.getByRole('listitem').count()
    await say('while reading')
    await page.getByRole('button', { name: /new records?$/ }).waitFor()
    expect(await rows.getByRole('listitem').count()).toBe(before)
    await sendLog(clew, { service: 'other', timeNanos: nowNanos(), severity: 9, text: 'not for us' })
    await page.getByRole('button', { name: /new records?$/ }).click()
    await rows.getByText('while reading').waitFor()
    expect(await rows.getByText('not for us').count()).toBe(0)
    await expectAccessible(page)
    expect(complaints).toEqual([])
    await page.context().close()
  })
})
