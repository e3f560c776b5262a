import type { Environment } from '../config/environment.ts'
import { runningClew } from './api.ts'
import { tokenToSend } from './credentials.ts'

/**
 * What to show to the OTLP receiver at `address`: CLEW_AUTH_TOKEN, else the token that the Clew of this user's data directory
 * has left for its user, for its own receivers and nobody else's.
 */
export function ingestToken(address: string | undefined, environment: Environment): string | undefined {
  const named = tokenToSend(environment)
  if (named !== undefined || address === undefined) return named
  const running = runningClew(environment)
  const place = (url: string): string => url.replace(/^\w+:\/\//, '').replace(/\/.*$/, '')
  const own = running === undefined ? [] : [running.otlpGrpc, running.otlpHttp].filter((url) => url !== '').map(place)
  return own.includes(place(address)) ? running?.tokens?.ingest : undefined
}
