import type { Clock } from '@clew/base/clock'
import type { Logger } from '@clew/base/logger'
import { openToAll } from '@clew/collector/kit/access'
import { isLoopbackHost } from '@clew/collector/kit/endpoint'
import { ServerCertificate } from '@clew/collector/kit/server-certificate'
import { type TlsServerConfig, tlsServerSchema } from '@clew/collector/kit/tls'
import { Authenticator } from '../auth/authenticator.ts'
import type { Settings } from '../config/settings.ts'

/** The tokens that settings and a data directory name. Throws ClewError TOKEN_FILE. */
export function authenticatorFor(
  settings: Pick<Settings, 'authToken' | 'insecure' | 'sessionKey' | 'sessionDuration'>,
  dataDir: string | undefined,
  clock: Clock,
  logger: Logger,
): Authenticator {
  return new Authenticator({
    entries: settings.authToken,
    dataDir,
    mayBeOpen: settings.insecure,
    sessionKey: settings.sessionKey,
    sessionLifetimeMs: settings.sessionDuration,
    clock,
    logger: logger.with({ part: 'access' }),
  })
}

/**
 * Refuses `--host` when other machines could reach the ports and nothing would keep them out, before anything is opened;
 * receivers of a configuration of one's own are asked when they listen. With `--insecure` it says what that means.
 */
export function checkHost(
  { host, tlsClientCa }: Pick<Settings, 'host' | 'tlsClientCa'>,
  access: Authenticator,
  logger: Logger,
): void {
  if (isLoopbackHost(host) || access.required() || tlsClientCa !== undefined) return
  if (!access.mayBeOpen) throw openToAll(host)
  logger.warn('--insecure: whoever reaches these ports can read everything and send anything', { host })
}

/** TLS of the ports that no receiver opens (UI, API and OpAMP; own metrics), when settings name a certificate. */
export function tlsOf({
  tlsCert,
  tlsKey,
  tlsClientCa,
}: Pick<Settings, 'tlsCert' | 'tlsKey' | 'tlsClientCa'>): TlsServerConfig | undefined {
  if (tlsCert === undefined) return undefined
  return tlsServerSchema.parse({ cert_file: tlsCert, key_file: tlsKey, client_ca_file: tlsClientCa })
}

/** The certificate of the UI and API. Throws ClewError TLS_FILE. */
export function uiCertificate(tls: TlsServerConfig | undefined, logger: Logger): ServerCertificate | undefined {
  return tls === undefined ? undefined : new ServerCertificate(tls, logger)
}
