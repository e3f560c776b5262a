import type { IncomingHttpHeaders } from 'node:http'

/** A host as a header names it; the port as text, as far as it is known. */
export interface NamedHost {
  readonly host: string
  readonly port: string | undefined
}

/**
 * The host the client asked for: of `Forwarded` (RFC 7239), else `X-Forwarded-Host`, else `Host`. A port that is not
 * named follows from the protocol, where that is known.
 */
export function requestedHost(headers: IncomingHttpHeaders, scheme: string): NamedHost | undefined {
  const { host, forwarded } = headers
  const forwardedHost = headers['x-forwarded-host']
  if (forwarded !== undefined) {
    for (const element of forwardedElements(forwarded)) {
      if (element['host']) return namedHost(element['host'], element['proto'])
    }
  }
  const firstHost = first(forwardedHost)
  if (firstHost !== undefined) return namedHost(firstHost, first(headers['x-forwarded-proto']))
  return host ? namedHost(host, scheme) : undefined
}

/** The client's address that proxies have written down, without its port. */
export function forwardedClient(headers: IncomingHttpHeaders): string | undefined {
  const { forwarded } = headers
  if (forwarded !== undefined) {
    for (const element of forwardedElements(forwarded)) if (element['for']) return withoutPort(element['for'])
  }
  const address = first(headers['x-forwarded-for'])?.split(',')[0]?.trim()
  return address ? withoutPort(address) : undefined
}

/** The elements of a `Forwarded` header: parameter names in lower case, quotes taken off. What is malformed is left out. */
export function forwardedElements(header: string): Record<string, string>[] {
  return splitOutsideQuotes(header, ',').map((element) => {
    const parameters: Record<string, string> = {}
    for (const pair of splitOutsideQuotes(element, ';')) {
      const equals = pair.indexOf('=')
      if (equals <= 0) continue
      const raw = pair.slice(equals + 1).trim()
      const quoted = raw.length >= 2 && raw.startsWith('"') && raw.endsWith('"')
      const name = pair.slice(0, equals).trim().toLowerCase()
      parameters[name] = quoted ? raw.slice(1, -1).replaceAll(/\\(.)/g, '$1') : raw
    }
    return parameters
  })
}

function splitOutsideQuotes(text: string, separator: string): string[] {
  const parts: string[] = []
  let quoted = false
  let start = 0
  for (let i = 0; i < text.length; i++) {
    const character = text[i]
    if (character === '\\' && quoted) i++
    else if (character === '"') quoted = !quoted
    else if (character === separator && !quoted) {
      parts.push(text.slice(start, i))
      start = i + 1
    }
  }
  parts.push(text.slice(start))
  return parts
}

function namedHost(text: string, scheme: string | undefined): NamedHost {
  const colon = text.lastIndexOf(':')
  // A colon inside brackets belongs to an IPv6 address; several without brackets name no port either.
  const hasPort = colon > 0 && (text.startsWith('[') ? text[colon - 1] === ']' : text.indexOf(':') === colon)
  if (hasPort) return { host: text.slice(0, colon), port: text.slice(colon + 1) }
  const known = colon < 0 || (text.startsWith('[') && text.endsWith(']'))
  return { host: text, port: known ? defaultPort(scheme) : undefined }
}

function defaultPort(scheme: string | undefined): string | undefined {
  if (scheme === 'http') return '80'
  return scheme === 'https' ? '443' : undefined
}

function withoutPort(address: string): string {
  if (address.startsWith('[')) {
    const end = address.indexOf(']')
    return end > 0 ? address.slice(1, end) : address
  }
  const colon = address.indexOf(':')
  return colon > 0 && address.lastIndexOf(':') === colon ? address.slice(0, colon) : address
}

function first(header: string | string[] | undefined): string | undefined {
  return (Array.isArray(header) ? header[0] : header) || undefined
}
