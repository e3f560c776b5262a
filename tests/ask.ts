import { afterAll } from 'vitest'
import { removeDataDirs, runClew, startClew } from './clew-process.ts'
import type { ClewProcess } from './clew-process.ts'

const running: ClewProcess[] = []
afterAll(async () => {
  for (const clew of running) await clew.stop()
  removeDataDirs()
})

/** `startClew`, stopped when the tests of the file are over. */
export async function start(...parameters: Parameters<typeof startClew>): Promise<ClewProcess> {
  const clew = await startClew(...parameters)
  running.push(clew)
  return clew
}

/** Makes a token in a data directory. */
export async function createToken(dataDir: string, name: string, scope: string): Promise<string> {
  const { stdout } = await runClew(['token', 'create', name, '--scope', scope, '--data-dir', dataDir])
  return stdout.trim()
}

/** An empty OTLP request. */
export const OTLP = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' } as const

/** The status a request is answered with. */
export async function status(url: string, token?: string, init: RequestInit = {}): Promise<number> {
  const headers = new Headers(init.headers)
  if (token !== undefined) headers.set('authorization', `Bearer ${token}`)
  return (await fetch(url, { ...init, headers })).status
}
