import { readFileSync } from 'node:fs'
import type { SecureContextOptions, SecureVersion } from 'node:tls'
import { ClewError, errorMessage } from '@clew/base/errors'
import { z } from 'zod'
import { durationMs } from '../config/fields.ts'

const VERSIONS = ['1.0', '1.1', '1.2', '1.3'] as const
type TlsVersionName = (typeof VERSIONS)[number]

/** Certificates and versions, common to clients and servers. Every file may be given as its PEM text instead. */
export interface TlsConfig {
  readonly ca_file?: string | undefined
  readonly ca_pem?: string | undefined
  readonly cert_file?: string | undefined
  readonly cert_pem?: string | undefined
  readonly key_file?: string | undefined
  readonly key_pem?: string | undefined
  readonly min_version: TlsVersionName
  readonly max_version?: TlsVersionName | undefined
  readonly cipher_suites?: readonly string[] | undefined
}

export interface TlsClientConfig extends TlsConfig {
  readonly insecure: boolean
  readonly insecure_skip_verify: boolean
  readonly server_name_override?: string | undefined
}

export interface TlsServerConfig extends TlsConfig {
  readonly client_ca_file?: string | undefined
  /** Milliseconds; 0 never. */
  readonly reload_interval: number
}

const common = {
  ca_file: z
    .string()
    .optional()
    .describe('File with the certificate authorities to trust, instead of the system ones.'),
  ca_pem: z.string().optional().describe('The same as PEM text.'),
  cert_file: z.string().optional().describe('File with our certificate (chain).'),
  cert_pem: z.string().optional().describe('The same as PEM text.'),
  key_file: z.string().optional().describe('File with the key of our certificate.'),
  key_pem: z.string().optional().describe('The same as PEM text.'),
  min_version: z.enum(VERSIONS).default('1.2').describe('Oldest TLS version to accept.'),
  max_version: z.enum(VERSIONS).optional().describe('Newest TLS version to use.'),
  cipher_suites: z.array(z.string()).optional().describe('OpenSSL names of the cipher suites to allow.'),
}

function check(tls: TlsConfig, context: z.RefinementCtx): void {
  const fail = (message: string): void => context.addIssue({ code: 'custom', message })
  if (tls.ca_file !== undefined && tls.ca_pem !== undefined) {
    fail('provide either a CA file or the PEM-encoded string, but not both')
  }
  const hasCert = tls.cert_file !== undefined || tls.cert_pem !== undefined
  const hasKey = tls.key_file !== undefined || tls.key_pem !== undefined
  if (hasCert !== hasKey) {
    fail('TLS configuration must include both certificate and key (CertFile/CertPem and KeyFile/KeyPem)')
  }
  if (tls.max_version !== undefined && tls.min_version > tls.max_version) {
    fail('invalid TLS configuration: min_version cannot be greater than max_version')
  }
}

/** `tls` of an exporter. */
export const tlsClientSchema: z.ZodType<TlsClientConfig> = z
  .strictObject({
    ...common,
    insecure: z.boolean().default(false).describe('Do not use TLS at all (plain text).'),
    insecure_skip_verify: z.boolean().default(false).describe('Use TLS but do not check who the server is.'),
    server_name_override: z.string().optional().describe('Name to expect in the certificate of the server.'),
  })
  .superRefine(check)

/** `tls` of a receiver or extension. */
export const tlsServerSchema: z.ZodType<TlsServerConfig> = z
  .strictObject({
    ...common,
    client_ca_file: z.string().optional().describe('Ask clients for a certificate signed by one of these (mTLS).'),
    client_ca_file_reload: z.boolean().optional().describe('Accepted; reload_interval is for every file.'),
    reload_interval: durationMs('10s').describe('Look this often whether the files have changed; 0s never.'),
  })
  .superRefine((tls, context) => {
    check(tls, context)
    if (tls.cert_file === undefined && tls.cert_pem === undefined) {
      context.addIssue({ code: 'custom', message: 'a server needs cert_file and key_file (or their PEM texts)' })
    }
  })

/** Options for `tls.connect`, `https.request` and `http2.connect`. Reads the files; throws ClewError naming a bad one. */
export function tlsConnectOptions(
  tls: TlsClientConfig,
): SecureContextOptions & { rejectUnauthorized: boolean; servername?: string } {
  return {
    ...secureContext(tls),
    rejectUnauthorized: !tls.insecure_skip_verify,
    ...(tls.server_name_override === undefined ? {} : { servername: tls.server_name_override }),
  }
}

/** Options for `https.createServer` and `http2.createSecureServer`. */
export function tlsListenOptions(
  tls: TlsServerConfig,
): SecureContextOptions & { requestCert: boolean; rejectUnauthorized: boolean } {
  const context = secureContext(tls)
  const mutual = tls.client_ca_file !== undefined
  if (tls.client_ca_file !== undefined) context.ca = read('client_ca_file', tls.client_ca_file)
  return { ...context, requestCert: mutual, rejectUnauthorized: mutual }
}

function secureContext(tls: TlsConfig): SecureContextOptions {
  const options: SecureContextOptions = { minVersion: `TLSv${tls.min_version}` as SecureVersion }
  if (tls.max_version !== undefined) options.maxVersion = `TLSv${tls.max_version}` as SecureVersion
  if (tls.cipher_suites !== undefined) options.ciphers = tls.cipher_suites.join(':')
  const ca = tls.ca_pem ?? (tls.ca_file === undefined ? undefined : read('ca_file', tls.ca_file))
  const cert = tls.cert_pem ?? (tls.cert_file === undefined ? undefined : read('cert_file', tls.cert_file))
  const key = tls.key_pem ?? (tls.key_file === undefined ? undefined : read('key_file', tls.key_file))
  if (ca !== undefined) options.ca = ca
  if (cert !== undefined) options.cert = cert
  if (key !== undefined) options.key = key
  return options
}

function read(key: string, path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new ClewError('TLS_FILE', `cannot read tls ${key}: ${errorMessage(error)}`, {
      fix: `check the path "${path}" and its permissions`,
      cause: error,
    })
  }
}
