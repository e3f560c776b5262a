import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  type ClewProcess,
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
})
afterAll(async () => {
  await browser.close()
  await clew.stop()
  removeDataDirs()
})

const table = (page: Page) => page.getByRole('region', { name: 'Attribute keys' })
const keysOf = async (page: Page): Promise<string[]> =>
  await table(page).locator('tbody tr td:first-child').allTextContents()

interface Keys {
  keys: { key: string; level: string; bytes: number; state: string }[]
}
const fromApi = async (query: string): Promise<Keys['keys']> =>
  ((await (await fetch(`${clew.ui}/api/keys?${query}`)).json()) as Keys).keys

test('says when there is nothing yet', async () => {
  const { page } = await openPage(browser, `${clew.ui}/attributes`)
  await page.getByText('No telemetry has come yet').waitFor()
  await page.context().close()
  await sendShop(clew, 200)
  await searchableTraces(clew, 200)
})

test.each(THEMES)('shows what keys cost and whether they have columns, accessibly (%s)', async (theme) => {
  const { page, complaints } = await openPage(browser, `${clew.ui}/attributes`, theme)
  await table(page).waitFor()
  const route = table(page).getByRole('row').filter({ hasText: 'http.route' }).filter({ hasText: 'span' })
  expect(await route.first().textContent()).toMatch(/string.*(B|KiB).*never.*built in/)
  await expectAccessible(page)
  expect(complaints).toEqual([])
  await page.context().close()
})

test('agrees with the API, sorts both ways and keeps it in the address', async () => {
  const { page } = await openPage(browser, `${clew.ui}/attributes?level=span`)
  await table(page).waitFor()
  expect(await keysOf(page)).toEqual((await fromApi('level=span')).map(({ key }) => key))
  await page.getByRole('button', { name: 'Key', exact: true }).click()
  await page.waitForURL(/sort=key/)
  const sorted = (await fromApi('level=span&sort=key&order=asc')).map(({ key }) => key)
  await expect.poll(async () => await keysOf(page), { timeout: 60_000 }).toEqual(sorted)
  expect(await page.getByRole('columnheader', { name: 'Key' }).getAttribute('aria-sort')).toBe('ascending')
  await page.getByRole('button', { name: 'Key', exact: true }).click()
  await expect.poll(async () => await keysOf(page), { timeout: 60_000 }).toEqual(sorted.toReversed())
  await page.context().close()
})

test('is searched with /, walked with j; c gives a column and takes it away, Enter finds what has the key', async () => {
  const wanted = (await fromApi('level=span')).find(({ state }) => state === 'map')!.key
  const { page } = await openPage(browser, `${clew.ui}/attributes?level=span`)
  await table(page).waitFor()
  await page.keyboard.press('/')
  await page.keyboard.type(wanted)
  await expect
    .poll(async () => (await keysOf(page)).every((key) => key.includes(wanted)), { timeout: 60_000 })
    .toBe(true)
  await page.getByRole('textbox', { name: 'Find a key' }).blur()
  const row = table(page)
    .getByRole('row')
    .filter({ has: page.getByText(wanted, { exact: true }) })
  const at = (await keysOf(page)).indexOf(wanted)
  for (let i = 0; i <= at; i++) await page.keyboard.press('j')
  await page.keyboard.press('c')
  await row.getByText(/^(promoted|filling \d+ %)$/).waitFor()
  await row.getByRole('button', { name: `Column of ${wanted}` }).click()
  await page.getByRole('menuitem', { name: 'Take its column away' }).click()
  await row.getByText(/^(retiring|none, by hand)$/).waitFor()
  // The focus is back on the menu's button, where Enter would open it again.
  await row.getByRole('button', { name: `Column of ${wanted}` }).blur()
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/traces\?q=/)
  await page.context().close()
})

test('says when no key fits, and when the server has gone', async () => {
  const { page } = await openPage(browser, `${clew.ui}/attributes?find=no-such-key-anywhere`)
  await page.getByText('No key fits').waitFor()
  await page.getByRole('button', { name: 'Show all keys' }).click()
  await table(page).waitFor()
  await page.route('**/api/keys*', async (route) => await route.abort())
  await page.getByRole('button', { name: 'Bytes', exact: true }).click()
  await page.getByRole('alert').waitFor()
  await page.context().close()
})
