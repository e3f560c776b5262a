import { readFileSync } from 'node:fs'

type Env = Readonly<Record<string, string | undefined>>

/** Where the control plane is and how to speak to it. */
export interface ControlSettings {
  readonly url: URL
  /** `websocket` goes over to HTTP where the server has none. */
  readonly transport: 'websocket' | 'http'
  readonly headers: Readonly<Record<string, string>>
  /** Certificates to trust, in PEM; undefined: those of the system. */
  readonly ca?: string
}

const OPAMP_PATH = '/v1/opamp'
const HERE = 'http://127.0.0.1:4320/v1/opamp'
/** The endpoint of a Clew on this machine: then its control plane is here too. */
const OTLP_HERE = /^http:\/\/(127\.0\.0\.1|localhost|\[::1\]):4318\/?$/

/**
 * Reads CLEW_CONTROL_ENDPOINT, CLEW_CONTROL_TRANSPORT and CLEW_CONTROL_HEADERS; undefined with CLEW_CONTROL=off, and where
 * telemetry goes somewhere else and nobody has said where the control plane is.
 */
export function controlSettings(env: Env): ControlSettings | undefined {
  if (/^(off|false|0|no)$/i.test(env['CLEW_CONTROL']?.trim() ?? '')) return undefined
  const otlp = env['OTEL_EXPORTER_OTLP_ENDPOINT']?.trim() ?? ''
  const given = env['CLEW_CONTROL_ENDPOINT']?.trim() || (otlp === '' || OTLP_HERE.test(otlp) ? HERE : '')
  const url = urlOf(given)
  if (url === undefined) return undefined
  const transport = env['CLEW_CONTROL_TRANSPORT']?.trim().toLowerCase() === 'http' ? 'http' : 'websocket'
  const ca = url.protocol === 'https:' ? certificates(env) : undefined
  return { url, transport, headers: headersOf(env, url, otlp), ...(ca === undefined ? {} : { ca }) }
}

/** Base URL of the control plane, for Jaeger remote sampling. */
export function samplingUrl({ url }: ControlSettings, service: string): URL {
  return new URL(`/sampling?service=${encodeURIComponent(service)}`, url)
}

function certificates(env: Env): string | undefined {
  const path = env['OTEL_EXPORTER_OTLP_CERTIFICATE']?.trim()
  if (!path) return undefined
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

function urlOf(text: string): URL | undefined {
  if (text === '') return undefined
  try {
    const url = new URL(/^[a-z]+:\/\//i.test(text) ? text : `http://${text}`)
    if (url.protocol === 'ws:') url.protocol = 'http:'
    if (url.protocol === 'wss:') url.protocol = 'https:'
    if (url.protocol !== 'http:' && url.protocol !== 'https:') return undefined
    if (url.pathname === '/') url.pathname = OPAMP_PATH
    return url
  } catch {
    return undefined
  }
}

/** Those of OTLP go along only to the host they are meant for: they may hold a secret. */
function headersOf(env: Env, url: URL, otlp: string): Record<string, string> {
  const own = env['CLEW_CONTROL_HEADERS']?.trim()
  const sameHost = urlOf(otlp)?.hostname === url.hostname
  const text = own || (sameHost ? env['OTEL_EXPORTER_OTLP_HEADERS'] : undefined) || ''
  const headers: Record<string, string> = {}
  for (const pair of text.split(',')) {
    const at = pair.indexOf('=')
    const name = pair.slice(0, Math.max(0, at)).trim().toLowerCase()
    if (/^[a-z0-9!#$%&'*+.^_`|~-]+$/.test(name)) headers[name] = decoded(pair.slice(at + 1).trim())
  }
  return headers
}

function decoded(text: string): string {
  try {
    const plain = decodeURIComponent(text)
    // A header has no line breaks in it.
    return /[\r\n]/.test(plain) ? '' : plain
  } catch {
    return text
  }
}
