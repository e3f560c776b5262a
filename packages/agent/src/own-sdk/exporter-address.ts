/** Exporters keep their address in objects of objects. */
const MAX_DEPTH = 8
const MAX_OBJECTS = 500

const LOCAL = new Set(['localhost', '127.0.0.1', '[::1]', '0.0.0.0'])
/** The ports of OTLP: what listens on one of a host is what listens on the other. */
const OTLP_PORTS = new Set(['4317', '4318'])

/** Whether a span processor of the upstream SDK has an exporter in it that sends to the host and port of this URL. */
export function sendsTo(processor: unknown, url: string): boolean {
  const wanted = hostAndPort(url)
  if (wanted === undefined) return false
  let objects = 0
  const seen = new Set<object>()
  const search = (value: unknown, depth: number): boolean => {
    if (typeof value !== 'object' || value === null || depth > MAX_DEPTH || seen.has(value)) return false
    if (++objects > MAX_OBJECTS) return false
    seen.add(value)
    return Object.entries(value).some(([key, inner]) =>
      typeof inner === 'string'
        ? /^_?(?:url|address|endpoint)$/.test(key) && hostAndPort(inner) === wanted
        : search(inner, depth + 1),
    )
  }
  return search(processor, 0)
}

function hostAndPort(text: string): string | undefined {
  const url = /^[a-z]+:\/\//i.test(text) ? text : `http://${text}`
  if (!URL.canParse(url)) return undefined
  const { hostname, port, protocol } = new URL(url)
  const host = LOCAL.has(hostname) ? 'local' : hostname
  const number = port === '' ? (protocol === 'https:' ? '443' : '80') : port
  return `${host}:${OTLP_PORTS.has(number) ? 'otlp' : number}`
}
