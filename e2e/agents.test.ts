import { spawn, type ChildProcess } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { cleanEnvironment, newDataDir } from '../tests/clew-process.ts'
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

const REGISTER = new URL('../packages/agent/dist/register.js', import.meta.url).href

let browser: Browser
let clew: ClewProcess
let program: ChildProcess | undefined

beforeAll(async () => {
  browser = await startBrowser()
  clew = await startClew()
})
afterAll(async () => {
  program?.kill('SIGKILL')
  await browser.close()
  await clew.stop()
  removeDataDirs()
})

interface Listed {
  readonly agents: readonly {
    readonly service: string
    readonly configStatus: string
    readonly effective: readonly { readonly text: string }[]
  }[]
  readonly settings: readonly object[]
}
const listed = async (): Promise<Listed> => (await (await fetch(`${clew.ui}/api/agents`)).json()) as Listed

describe('the agents page', () => {
  test.each(THEMES)('without agents says how to get one (%s)', async (theme) => {
    const { page, complaints } = await openPage(browser, `${clew.ui}/agents`, theme)
    await page.getByText('No agent is connected').waitFor()
    await expectAccessible(page)
    expect(complaints).toEqual([])
    await page.context().close()
  })

  test('shows a running program, and sets something for it by keyboard alone', async () => {
    const file = join(newDataDir(), 'server.mjs')
    writeFileSync(file, 'setInterval(() => undefined, 1000)')
    program = spawn(process.execPath, ['--import', REGISTER, file], {
      env: cleanEnvironment({
        OTEL_SERVICE_NAME: 'till',
        OTEL_EXPORTER_OTLP_ENDPOINT: clew.otlpHttp,
        CLEW_CONTROL_ENDPOINT: clew.ui,
      }),
    })
    const { page, complaints } = await openPage(browser, `${clew.ui}/agents`, 'dark')
    await page.getByRole('cell', { name: 'till' }).waitFor({ timeout: 30_000 })
    await page.keyboard.press('j')
    await page.keyboard.press('Enter')
    await page.getByRole('complementary', { name: 'Agent of till' }).waitFor()
    await page.getByText('telemetry.distro.name').waitFor()
    await expectAccessible(page)

    await page.keyboard.press('s')
    await page.getByRole('dialog').waitFor()
    await page.getByLabel('Service', { exact: true }).fill('till')
    await page.keyboard.press('Tab')
    await page.keyboard.type('25')
    await expectAccessible(page)
    await page.keyboard.press('Enter')
    await page.getByText('keep 25 %').waitFor()
    await eventually(async () =>
      (await listed()).agents[0]?.effective[0]?.text.includes('"share":0.25') === true ? true : undefined,
    )

    await page.getByRole('button', { name: 'Clear what is set for till' }).click()
    await eventually(async () => ((await listed()).settings.length === 0 ? true : undefined))
    await page.getByText('keep 25 %').waitFor({ state: 'detached' })
    expect(complaints).toEqual([])
    await page.context().close()
  })

  test('a form that sets nothing says so, and a value that is wrong too', async () => {
    const { page } = await openPage(browser, `${clew.ui}/agents`, 'light')
    await page.getByRole('button', { name: 'Set for a service' }).click()
    await page.getByLabel('Service', { exact: true }).fill('till')
    await page.getByRole('button', { name: 'Set', exact: true }).click()
    await page.getByText('Nothing is set yet').waitFor()
    await page.getByLabel('Share of traces to keep, in percent').fill('101')
    await page.getByText('The share is a percentage from 0 to 100').waitFor()
    await expectAccessible(page)
    await page.context().close()
  })
})
