import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  type ClewProcess,
  expectAccessible,
  nowNanos,
  openPage,
  removeDataDirs,
  searchable,
  sendLog,
  sendTrace,
  type SentSpan,
  startBrowser,
  startClew,
  THEMES,
} from './harness.ts'

const SMALL = '22222222222222222222222222222222'
const LINKED = '33333333333333333333333333333333'
const BIG = '44444444444444444444444444444444'
const BIG_SPANS = 12_000
const MS = 1_000_000

let browser: Browser
let clew: ClewProcess
const start = nowNanos() - 120_000_000_000n

const small: readonly SentSpan[] = [
  { id: '2000000000000001', service: 'shop', name: 'GET /checkout', start: 0, duration: 100 * MS, kind: 2 },
  {
    id: '2000000000000002',
    parent: '2000000000000001',
    service: 'shop',
    name: 'price cart',
    start: 10 * MS,
    duration: 30 * MS,
    attributes: { 'cart.items': 3, 'cart.owner': 'Ann "A" Lee', vip: true },
  },
  {
    id: '2000000000000003',
    parent: '2000000000000002',
    service: 'pricing',
    name: 'POST /price',
    start: 15 * MS,
    duration: 20 * MS,
    kind: 3,
  },
  {
    id: '2000000000000004',
    parent: '2000000000000001',
    service: 'payments',
    name: 'charge card',
    start: 45 * MS,
    duration: 50 * MS,
    error: 'card was refused',
    events: [
      { name: 'exception', at: 2 * MS, attributes: { 'exception.type': 'CardError', 'exception.message': 'refused' } },
    ],
    links: [{ traceId: LINKED, spanId: '3000000000000001' }],
  },
  {
    id: '2000000000000005',
    parent: '2fffffffffffffff',
    service: 'mail',
    name: 'send receipt',
    start: 96 * MS,
    duration: 3 * MS,
  },
]

beforeAll(async () => {
  browser = await startBrowser()
  clew = await startClew()
  await sendTrace(clew, SMALL, start, small)
  await sendTrace(clew, LINKED, start - 1_000_000_000n, [
    { id: '3000000000000001', service: 'queue', name: 'enqueue order', start: 0, duration: MS, kind: 4 },
  ])
  await sendLog(clew, {
    service: 'payments',
    timeNanos: start + 50_000_000n,
    severity: 17,
    text: 'the bank said no',
    traceId: SMALL,
    spanId: '2000000000000004',
  })
  await sendTrace(clew, BIG, start, bigTrace())
  await searchable(clew, SMALL, small.length)
  await searchable(clew, LINKED, 1)
  await searchable(clew, BIG, BIG_SPANS)
})
afterAll(async () => {
  await browser.close()
  await clew.stop()
  removeDataDirs()
})

/** One root, then children and grandchildren side by side; every 1,000th failed. */
function bigTrace(): SentSpan[] {
  const id = (index: number): string => (0x4000000000000000n + BigInt(index + 1)).toString(16)
  return Array.from({ length: BIG_SPANS }, (_, index) => {
    const parent =
      index === 0 ? undefined : index % 10 === 1 ? 0 : index - 1 - ((index - 2) % 10 === 9 ? 0 : (index - 2) % 3)
    return {
      id: id(index),
      ...(parent === undefined ? {} : { parent: id(parent) }),
      service: `service-${index % 7}`,
      name: `step ${index}`,
      start: index * 100_000,
      duration: index === 0 ? BIG_SPANS * 100_000 : 150_000,
      ...(index > 0 && index % 1000 === 0 ? { error: 'failed' } : {}),
    }
  })
}

const timeline = (page: Page) => page.getByRole('application')
const panel = (page: Page) => page.getByRole('complementary', { name: 'Span' })
const open = async (id: string, query = '', theme: (typeof THEMES)[number] = 'dark') => {
  const opened = await openPage(browser, `${clew.ui}/traces/${id}${query}`, theme)
  if (!query.includes('view=table')) await timeline(opened.page).waitFor()
  return opened
}
test.each(THEMES)('shows the trace, accessibly, with the panel open (%s)', async (theme) => {
  const { page, complaints } = await open(SMALL, '?span=2000000000000004', theme)
  await panel(page).getByText('card was refused').waitFor()
  expect(await timeline(page).getAttribute('aria-label')).toMatch(/^Timeline of 5 spans in 4 services, 1 error, 100 ms/)
  await expectAccessible(page)
  expect(complaints).toEqual([])
  await page.context().close()
})

test('tells figures and what is odd: an orphan', async () => {
  const { page } = await open(SMALL)
  await page.getByRole('button', { name: '1 orphan' }).waitFor()
  expect(await page.getByRole('heading', { level: 1 }).textContent()).toContain('GET /checkout')
  const services = page.getByRole('list', { name: 'Services' }).getByRole('button').filter({ hasText: /\d/ })
  expect((await services.allTextContents()).toSorted()).toEqual(['mail1', 'payments1', 'pricing1', 'shop2'])
  await page.context().close()
})

test('the canvas shows the spans: clicking a bar opens that span, and the address holds it', async () => {
  const { page } = await open(SMALL)
  const box = await timeline(page).boundingBox()
  if (box === null) throw new Error('no box')
  await page.mouse.click(box.x + 150, box.y + 26 + 24 * 1 + 12)
  await panel(page).getByRole('heading', { name: 'price cart' }).waitFor()
  expect(new URL(page.url()).searchParams.get('span')).toBe('2000000000000002')
  await page.keyboard.press('Escape')
  await panel(page).waitFor({ state: 'detached' })
  await page.context().close()
})

test('the table twin has the same rows, folds and selection', async () => {
  const { page, complaints } = await open(SMALL)
  await page.keyboard.press('t')
  const grid = page.getByRole('treegrid', { name: 'Spans' })
  await grid.waitFor()
  await expectAccessible(page)
  const names = async () => grid.locator('[role=row] button:not([aria-label])').allTextContents()
  expect(await names()).toEqual(['GET /checkout', 'price cart', 'POST /price', 'charge card', 'send receipt'])
  await grid.getByRole('button', { name: 'Fold 1 spans' }).click()
  expect(await names()).toEqual(['GET /checkout', 'price cart', 'charge card', 'send receipt'])
  expect(await grid.getByRole('row', { name: /price cart/ }).getAttribute('aria-expanded')).toBe('false')
  await grid.getByRole('button', { name: 'charge card' }).click()
  await panel(page).getByText('card was refused').waitFor()
  expect(complaints).toEqual([])
  await page.context().close()
})

test('keys walk the tree, find errors, fold, and say where one is', async () => {
  const { page } = await open(SMALL, '?view=table')
  const grid = page.getByRole('treegrid', { name: 'Spans' })
  await grid.waitFor()
  await page.keyboard.press('.')
  await page.getByRole('status').filter({ hasText: 'payments, charge card, 50 ms, error, level 2' }).waitFor()
  await page.keyboard.press('ArrowUp')
  await page.keyboard.press('ArrowUp')
  await page.getByRole('status').filter({ hasText: 'price cart' }).waitFor()
  await page.keyboard.press('ArrowLeft')
  await grid.getByRole('row', { name: /price cart/, expanded: false }).waitFor()
  await page.keyboard.press('Enter')
  await panel(page).getByRole('heading', { name: 'price cart' }).waitFor()
  await page.context().close()
})

test('span panel: a clicked value becomes a search that finds the trace again', async () => {
  const { page } = await open(SMALL, '?span=2000000000000002')
  await panel(page)
    .getByRole('button', { name: /^cart\.owner/ })
    .click()
  await page.getByRole('menuitem', { name: /^Search for span/ }).click()
  await page.waitForURL(/\/traces\?/)
  expect(new URL(page.url()).searchParams.get('q')).toBe('span.cart.owner="Ann \\"A\\" Lee"')
  await page.getByRole('heading', { level: 2, name: /^1 trace$/ }).waitFor()
  await page.context().close()
})

test('span panel: events, logs, and links that lead there and back', async () => {
  const { page } = await open(SMALL, '?span=2000000000000004')
  await panel(page)
    .getByRole('tab', { name: /Events/ })
    .click()
  await panel(page).getByText('CardError').waitFor()
  await panel(page).getByRole('tab', { name: /Logs/ }).click()
  await panel(page).getByText('the bank said no').waitFor()
  await panel(page).getByRole('tab', { name: /Links/ }).click()
  await expectAccessible(page)
  await panel(page)
    .getByRole('link', { name: /3000000000000001/ })
    .click()
  await page.waitForURL(new RegExp(LINKED))
  await panel(page).getByRole('heading', { name: 'enqueue order' }).waitFor()
  await panel(page).getByRole('tab', { name: /Links/ }).click()
  await panel(page)
    .getByRole('link', { name: /GET \/checkout/ })
    .click()
  await page.waitForURL(new RegExp(`${SMALL}\\?span=2000000000000004`))
  await page.context().close()
})

test('search in the trace: count, next, and the address', async () => {
  const { page } = await open(SMALL)
  await page.keyboard.press('/')
  await page.keyboard.type('status=error')
  const find = page.getByRole('search')
  await find.getByText('1', { exact: true }).waitFor()
  await page.keyboard.press('Enter')
  await find.getByText('1 / 1').waitFor()
  expect(new URL(page.url()).searchParams.get('find')).toBe('status=error')
  await page.context().close()
})

test('zoom by keys and by dragging the ruler lands in the address and survives a reload', async () => {
  const { page } = await open(SMALL)
  const box = await timeline(page).boundingBox()
  if (box === null) throw new Error('no box')
  await page.mouse.move(box.x + box.width * 0.6, box.y + 10)
  await page.mouse.down()
  await page.mouse.move(box.x + box.width * 0.8, box.y + 10, { steps: 3 })
  await page.mouse.up()
  await page.waitForURL(/zoom=/)
  const zoom = new URL(page.url()).searchParams.get('zoom') ?? ''
  const [from, to] = zoom.split('-').map(Number) as [number, number]
  expect(to - from).toBeLessThan(40 * MS)
  await page.reload()
  await timeline(page).waitFor()
  expect(new URL(page.url()).searchParams.get('zoom')).toBe(zoom)
  await page.keyboard.press('w')
  await page.waitForURL((url) => url.searchParams.get('zoom') !== zoom)
  await page.keyboard.press('0')
  await page.waitForURL((url) => !url.searchParams.has('zoom'))
  await page.context().close()
})

test('a trace of several windows becomes complete and stays quick to move in', async () => {
  const { page, complaints } = await open(BIG)
  await page.getByText('12k', { exact: true }).waitFor()
  expect(await timeline(page).getAttribute('aria-label')).toMatch(/^Timeline of 12k spans/)
  await page.keyboard.press('.')
  await page.getByRole('status').filter({ hasText: 'step 1000, 150 µs, error' }).waitFor()
  for (let i = 0; i < 10; i++) await page.keyboard.press('.')
  await page.getByRole('status').filter({ hasText: 'step 11000, 150 µs, error' }).waitFor()
  await page.keyboard.press('Enter')
  await panel(page).getByRole('heading', { name: 'step 11000' }).waitFor()
  // Frames are drawn from what is on the screen only: the time of one does not depend on the size of the trace.
  const drawMs = await page.evaluate(async () => {
    const scroller = document.querySelector('[role=application]') as HTMLElement
    const times: number[] = []
    for (let i = 0; i < 60; i++) {
      scroller.dispatchEvent(
        new WheelEvent('wheel', {
          deltaY: i % 2 === 0 ? -120 : 120,
          ctrlKey: true,
          clientX: 900,
          clientY: 500,
          bubbles: true,
          cancelable: true,
        }),
      )
      scroller.scrollTop += i % 2 === 0 ? 3000 : -2900
      const before = performance.now()
      await new Promise((resolve) => requestAnimationFrame(resolve))
      times.push(performance.now() - before)
    }
    return times.sort((a, b) => a - b)
  })
  console.log(`frames while zooming and scrolling 12,000 spans: median ${drawMs[30]?.toFixed(1)} ms`)
  expect(complaints).toEqual([])
  await page.context().close()
})

test('an id without leading zeros, in capitals, and an unknown one', async () => {
  const { page } = await open(SMALL.toUpperCase())
  await timeline(page).waitFor()
  await page.goto(`${clew.ui}/traces/deadbeefdeadbeefdeadbeefdeadbeef`)
  await page.getByRole('alert').waitFor()
  await page.getByText('TRACE_NOT_FOUND').waitFor()
  await page.getByRole('link', { name: 'Search for traces' }).waitFor()
  await expectAccessible(page)
  await page.context().close()
})
