import type { Browser } from 'playwright-core'
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
  startBrowser,
  startClew,
} from './harness.ts'

/** Would run, load or draw something of its own wherever a page took it for more than text. */
const MARKUP = [
  '<img src=x onerror="window.pwned=1" class="pwned">',
  '"><script class="pwned">window.pwned=1</script>',
  "'-window.pwned=1-'",
  '<svg class="pwned" onload=window.pwned=1>',
  '</style><style class="pwned">*{display:none}</style>',
  'javascript:window.pwned=1',
  '{{constructor.constructor("window.pwned=1")()}}',
]
const ALL = MARKUP.join(' ')
const TRACE = '00000000000000000000000000000e57'

let browser: Browser
let clew: ClewProcess

beforeAll(async () => {
  browser = await startBrowser()
  clew = await startClew()
  const start = nowNanos() - 60_000_000_000n
  await sendTrace(clew, TRACE, start, [
    {
      id: '00000000000000e1',
      service: ALL,
      name: ALL,
      start: 0,
      duration: 50_000_000,
      kind: 2,
      error: ALL,
      attributes: { [ALL]: ALL, 'http.route': ALL, 'url.full': 'javascript:window.pwned=1', 'db.system.name': ALL },
      events: [{ name: ALL, at: 1000, attributes: { [ALL]: ALL } }],
      links: [{ traceId: TRACE, spanId: '00000000000000e2' }],
    },
    {
      id: '00000000000000e2',
      parent: '00000000000000e1',
      service: `${ALL} 2`,
      name: ALL,
      start: 1000,
      duration: 1000,
      kind: 3,
    },
  ])
  await sendLog(clew, {
    service: ALL,
    timeNanos: start,
    severity: 17,
    text: ALL,
    traceId: TRACE,
    spanId: '00000000000000e1',
  })
  await searchable(clew, TRACE, 2)
})
afterAll(async () => {
  await browser.close()
  await clew.stop()
  removeDataDirs()
})

test.each([
  ['/traces', MARKUP[0]],
  [`/traces?q=${encodeURIComponent(`name=${JSON.stringify(ALL)}`)}`, MARKUP[0]],
  [`/traces/${TRACE}?span=00000000000000e1`, MARKUP[1]],
  ['/logs', MARKUP[0]],
  ['/services', MARKUP[0]],
  [`/services/${encodeURIComponent(ALL)}`, MARKUP[0]],
  ['/services?view=graph', undefined],
  ['/explore/metrics', undefined],
  ['/pipeline', undefined],
  [`/traces?q=${encodeURIComponent(MARKUP[0] ?? '')}`, MARKUP[0]],
  [`/${encodeURIComponent(ALL)}`, undefined],
])('markup in telemetry and in the address stays text: %s', async (path, shown) => {
  const { page, complaints } = await openPage(browser, `${clew.ui}${path}`)
  await page
    .getByText(/Traces|Logs|no such page/)
    .first()
    .waitFor()
  if (shown !== undefined)
    await page.waitForFunction(
      (text) =>
        document.body.textContent?.includes(text) ||
        [...document.querySelectorAll('input')].some((input) => input.value.includes(text)),
      shown,
    )
  expect(await page.evaluate(() => ('pwned' in window ? 'ran' : document.querySelectorAll('.pwned').length))).toBe(0)
  expect(
    await page.evaluate(() =>
      [...document.querySelectorAll('a')].map(({ protocol }) => protocol).filter((one) => !/^https?:$/.test(one)),
    ),
  ).toEqual([])
  // A text that is no search is refused, and the browser says so by itself.
  expect(complaints.filter((text) => !/status of 400/.test(text))).toEqual([])
  await page.context().close()
})

test('the page itself has no inline script or style, and its policy refuses what a script would need', async () => {
  const html = await (await fetch(`${clew.ui}/`, { headers: { accept: 'text/html' } })).text()
  expect(html.match(/<script(?![^>]*\ssrc=)[^>]*>/g)).toBeNull()
  expect(html.match(/<style|\sstyle=|\son\w+=|javascript:/g)).toBeNull()
  const { page, complaints } = await openPage(browser, `${clew.ui}/traces`)
  const blocked = await page.evaluate(() => {
    const tries: [string, () => unknown][] = [
      ['innerHTML', () => (document.createElement('div').innerHTML = '<b>x</b>')],
      ['script text', () => (document.createElement('script').text = '1')],
      ['srcdoc', () => (document.createElement('iframe').srcdoc = 'x')],
    ]
    return tries
      .filter(([, run]) => {
        try {
          run()
          return false
        } catch {
          return true
        }
      })
      .map(([name]) => name)
  })
  expect(blocked).toEqual(['innerHTML', 'script text', 'srcdoc'])
  const elsewhere = await page.evaluate(() =>
    fetch('http://127.0.0.1:1/').then(
      () => 'sent',
      () => 'refused',
    ),
  )
  expect(elsewhere).toBe('refused')
  expect(complaints.some((text) => /connect-src/.test(text))).toBe(true)
  await page.context().close()
})

test('a value that looks like a secret is hidden until somebody asks for it', async () => {
  const traceId = '0000000000000000000000000000c0de'
  const attributes = {
    'http.request.header.authorization': 'hunter2',
    note: 'Bearer abc123DEF456',
    plain: 'to be seen',
  }
  await sendTrace(clew, traceId, nowNanos() - 30_000_000_000n, [
    { id: '00000000000000c1', service: 'vault', name: 'open', start: 0, duration: 1000, attributes },
  ])
  await searchable(clew, traceId, 1)
  const { page, complaints } = await openPage(browser, `${clew.ui}/traces/${traceId}?span=00000000000000c1`)
  await page.getByRole('button', { name: 'plain: to be seen' }).waitFor()
  const text = (): Promise<string | null> => page.locator('main').textContent()
  expect(await text()).not.toMatch(/hunter2|abc123DEF456/)
  await page.getByRole('button', { name: 'http.request.header.authorization: ••••••••' }).click()
  await page.getByRole('menuitem', { name: 'Show value' }).click()
  await page.getByRole('button', { name: 'http.request.header.authorization: hunter2' }).waitFor()
  expect(await text()).not.toMatch(/abc123DEF456/)
  await expectAccessible(page)
  expect(complaints).toEqual([])
  await page.context().close()
})
