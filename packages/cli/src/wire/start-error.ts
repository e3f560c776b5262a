import { ClewError } from '@clew/base/errors'
import { getSession } from '@clew/contract/session'
import type { Settings } from '../config/settings.ts'
import { explainListenError } from './listen-error.ts'
import type { RunFile } from './run-file.ts'

/** Says of a failed start which flag to change, and whether it is another Clew that is in the way. */
export async function explainStartError(
  error: unknown,
  settings: Settings,
  running: RunFile | undefined,
): Promise<unknown> {
  if (error instanceof ClewError && error.code === 'DATA_DIR_IN_USE' && running !== undefined) {
    return new ClewError(
      error.code,
      `another Clew (process ${running.pid}) uses the data directory ${settings.dataDir}; its UI is at ${running.ui}`,
      {
        fix: 'use that one, stop it, or choose another --data-dir',
        cause: error,
      },
    )
  }
  const explained = explainListenError(error, settings.config.length > 0 ? 'configuration' : 'settings', settings)
  if (!(explained instanceof ClewError) || explained.code !== 'PORT_IN_USE') return explained
  const other = await clewAt(settings)
  if (other === undefined) return explained
  return new ClewError(explained.code, `${explained.message} (another Clew runs here: ${other})`, {
    fix: explained.fix,
    cause: error,
  })
}

/** The address of a Clew that answers on the UI port, if one does. */
async function clewAt({ host, port }: Settings): Promise<string | undefined> {
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${port}`
  try {
    const response = await fetch(`${url}${getSession.path}`, { signal: AbortSignal.timeout(1000) })
    return getSession.output.safeParse(await response.json()).success ? url : undefined
  } catch {
    return undefined // something else answers, or nothing does
  }
}
