import { statSync } from 'node:fs'
import { createSecureContext, type SecureContextOptions, type Server } from 'node:tls'
import { ClewError, errorMessage } from '@clew/base/errors'
import type { Logger } from '@clew/base/logger'
import { tlsListenOptions, type TlsServerConfig } from './tls.ts'

/** What `https.createServer` and `http2.createSecureServer` are given. */
export type TlsListenOptions = SecureContextOptions & {
  readonly requestCert: boolean
  readonly rejectUnauthorized: boolean
  readonly handshakeTimeout: number
}

/** Longest time a handshake may take; a client that stops in the middle holds a socket no longer. */
const HANDSHAKE_TIMEOUT_MS = 10_000

/** The certificate of a server, read anew when its files change, so that a renewal needs no restart. */
export class ServerCertificate {
  readonly options: TlsListenOptions
  readonly #config: TlsServerConfig
  readonly #logger: Logger
  #seen: string

  /** Reads the files. Throws ClewError TLS_FILE for one that cannot be read, and for a key that is not the certificate's. */
  constructor(config: TlsServerConfig, logger: Logger) {
    this.#config = config
    this.#logger = logger
    this.#seen = this.#fingerprint()
    this.options = { ...readOptions(config), handshakeTimeout: HANDSHAKE_TIMEOUT_MS }
  }

  /**
   * Gives `server` the new certificate whenever the files have changed; new connections get it, old ones live on. Files
   * that do not fit together (a renewal half done) leave the old certificate in place, with an error in the log, and
   * are looked at again the next time. Returns what ends it.
   */
  follow(server: Pick<Server, 'setSecureContext'>): () => void {
    if (this.#config.reload_interval === 0) return () => undefined
    const timer = setInterval(() => this.#look(server), this.#config.reload_interval)
    timer.unref()
    return () => clearInterval(timer)
  }

  #look(server: Pick<Server, 'setSecureContext'>): void {
    const now = this.#fingerprint()
    if (now === this.#seen) return
    try {
      server.setSecureContext(readOptions(this.#config))
      this.#seen = now
      this.#logger.info('the TLS certificate was renewed', { file: this.#config.cert_file })
    } catch (error) {
      this.#logger.error('the new TLS certificate cannot be used; the old one stays', { error })
    }
  }

  /** Changes whenever a file was written or put in another's place (as links are by Kubernetes). */
  #fingerprint(): string {
    const { cert_file, key_file, ca_file, client_ca_file } = this.#config
    return [cert_file, key_file, ca_file, client_ca_file]
      .map((path) => {
        if (path === undefined) return ''
        try {
          const { ino, size, mtimeMs } = statSync(path)
          return `${ino}:${size}:${mtimeMs}`
        } catch {
          return 'absent'
        }
      })
      .join(' ')
  }
}

/** Options that are known to work: OpenSSL has looked at them. */
function readOptions(config: TlsServerConfig): Omit<TlsListenOptions, 'handshakeTimeout'> {
  const options = tlsListenOptions(config)
  try {
    createSecureContext(options)
  } catch (error) {
    throw new ClewError('TLS_FILE', `the TLS certificate cannot be used: ${errorMessage(error)}`, {
      fix: `check that ${config.key_file ?? 'the key'} is the key of ${config.cert_file ?? 'the certificate'}, both PEM`,
      cause: error,
    })
  }
  return options
}
