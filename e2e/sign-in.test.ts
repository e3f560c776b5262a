import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newDataDir, runClew } from '../tests/clew-process.ts'
import {
  type ClewProcess,
  eventually,
  expectAccessible,
  openPage,
  removeDataDirs,
  startBrowser,
  startClew,
  THEMES,
} from './harness.ts'

let browser: Browser
let clew: ClewProcess
let token: string

async function newToken(dataDir: string, name: string): Promise<string> {
  const { stdout } = await runClew(['token', 'create', name, '--scope', 'read,ingest', '--json', '--data-dir', dataDir])
  return (JSON.parse(stdout) as { token: string }).token
}

beforeAll(async () => {
  browser = await startBrowser()
  const dataDir = newDataDir()
  token = await newToken(dataDir, 'ana')
  clew = await startClew(dataDir)
})
afterAll(async () => {
  await browser.close()
  await clew.stop()
  removeDataDirs()
})

const heading = 'Sign in to Clew'

async function signIn(page: Page, text: string): Promise<void> {
  await page.getByLabel('Token').fill(text)
  await page.getByRole('button', { name: 'Sign in' }).click()
}

/** The browser reports a refused request by itself; everything else is ours. */
const unexpected = (complaints: readonly string[]): string[] => complaints.filter((text) => !/status of 401/.test(text))

describe('signing in', () => {
  test.each(THEMES)('the page asks for a token, says what is wrong with one, and leads back (%s)', async (theme) => {
    const { page, complaints } = await openPage(browser, `${clew.ui}/logs?q=severity%3Derror`, theme)
    await page.getByRole('heading', { name: heading }).waitFor()
    await expectAccessible(page)
    expect(await page.getByLabel('Token').evaluate((input) => input === document.activeElement)).toBe(true)

    await page.getByRole('button', { name: 'Sign in' }).click() // empty: nothing is sent
    await signIn(page, 'not-a-token-that-anybody-has-made')
    await page.getByRole('alert').getByText('this token is not known here').waitFor()
    await expectAccessible(page)

    await signIn(page, token)
    await page.getByRole('heading', { name: 'Logs' }).first().waitFor()
    expect(page.url()).toContain('/logs?q=severity%3Derror')
    await page.getByRole('button', { name: 'Sign out (ana, may ingest, read)' }).waitFor()
    expect(unexpected(complaints)).toEqual([])
    await page.context().close()
  })

  test('nothing of the token or the session is within reach of scripts', async () => {
    const { page } = await openPage(browser, `${clew.ui}/traces`)
    await signIn(page, token)
    await page.getByRole('button', { name: /^Sign out/ }).waitFor()
    const seen = await page.evaluate(() =>
      JSON.stringify([document.cookie, localStorage, sessionStorage, document.documentElement.outerHTML]),
    )
    expect(seen).not.toContain(token)
    expect(seen).not.toContain('clew_session')
    const cookies = await page.context().cookies()
    expect(cookies).toMatchObject([{ httpOnly: true, sameSite: 'Strict', path: '/' }])
    expect(cookies[0]?.value).not.toContain(token)
    await page.context().close()
  })

  test('signing out ends it, also for a copy of the cookie', async () => {
    const { page } = await openPage(browser, `${clew.ui}/traces`)
    await signIn(page, token)
    await page.getByRole('button', { name: /^Sign out/ }).waitFor()
    const [cookie] = await page.context().cookies()
    const copy = { cookie: `${cookie?.name}=${cookie?.value}` }
    expect((await fetch(`${clew.ui}/api/status`, { headers: copy })).status).toBe(200)
    await page.getByRole('button', { name: /^Sign out/ }).click()
    await page.getByRole('heading', { name: heading }).waitFor()
    expect((await fetch(`${clew.ui}/api/status`, { headers: copy })).status).toBe(401)
    expect(await page.context().cookies()).toEqual([])
    await page.context().close()
  })

  test('a token that is revoked takes the page away from whoever looks at it', async () => {
    const other = await newToken(clew.dataDir, 'gone-soon')
    const { page } = await openPage(browser, `${clew.ui}/pipeline`)
    await eventually(async () => {
      await signIn(page, other)
      await page.waitForTimeout(300)
      return (await page.getByRole('heading', { name: heading }).count()) === 0 ? true : undefined
    })
    await page.getByRole('heading', { name: 'Pipeline' }).first().waitFor()
    await runClew(['token', 'revoke', 'gone-soon', '--data-dir', clew.dataDir])
    await page.getByRole('heading', { name: heading }).waitFor()
    await page.context().close()
  })
})
