import { context, SpanKind, trace, type Span } from '@opentelemetry/api'
import { agentFile } from '../modules/agent-file.ts'
import { reportFinding } from '../findings/report-finding.ts'
import type { StartHook } from '../tracer/fast-tracer.ts'
import { RecordingSpan } from '../tracer/recording-span.ts'

/** A line of the program where work has begun that belongs to nothing although something is being worked on. */
interface Site {
  /** Times since the last report; what was not looked at is counted with those that were. */
  count: number
  what: string
  /** Times nothing was running: such a place does work of its own, and has lost nothing. */
  idle: number
  /** The number that was said last: it is said again when it has become ten times as much. */
  said: number
}

const MAX_SITES = 200
const MAX_STACKS_PER_SECOND = 200
/** Below this a minute, a place is not worth a word. */
const MIN_COUNT = 3
const REPORT_EVERY_MS = 60_000

const sites = new Map<string, Site>()
let running = 0
let stacksLeft = MAX_STACKS_PER_SECOND
let skipped = 0
let secondStartMs = 0
let timer: NodeJS.Timeout | undefined
let wanted = false
/** `fetch` is being called: it has been looked at, should its span begin at once. */
let inFetch = false

/**
 * Turns the detector on, for spans and for `fetch`: a request of that begins later, when nobody knows who has asked for it.
 */
export function watchLostContext(startHooks: StartHook[]): void {
  wanted = true
  startHooks.push(noteRootSpan)
  watchFetch()
}

/** A request or message is being worked on. */
export function requestBegins(): void {
  running++
}

/** It is over; to be called once for each that has begun. */
export function requestEnds(): void {
  if (running > 0) running--
}

/**
 * An outgoing call, or the callback of a consumer, begins without a current span. Counted by the line of the program that
 * has made it; said once a minute, for places that do so only while requests are being answered. At most 200 places a
 * second are looked for, and the rest is counted in proportion. Costs nothing but a comparison when nothing is running.
 */
export function noteRootless(what: string): void {
  if (!wanted || (running === 0 && sites.size === 0)) return
  const nowMs = Date.now()
  if (nowMs - secondStartMs >= 1000) {
    secondStartMs = nowMs
    stacksLeft = MAX_STACKS_PER_SECOND
  }
  if (stacksLeft-- <= 0) {
    skipped++
    return
  }
  const place = callSite()
  if (place === undefined) return
  const site = sites.get(place)
  if (running === 0) {
    if (site !== undefined) site.idle++
    return
  }
  if (site !== undefined) site.count++
  else if (sites.size < MAX_SITES) sites.set(place, { count: 1, what, idle: 0, said: 0 })
  else skipped++
  timer ??= setInterval(reportLostContext, REPORT_EVERY_MS).unref()
}

function watchFetch(): void {
  const { fetch: original } = globalThis
  if (typeof original !== 'function') return
  const watched = function fetch(this: unknown, ...args: Parameters<typeof original>): ReturnType<typeof original> {
    if (running > 0 && trace.getSpan(context.active()) === undefined) noteRootless('fetch')
    const before = inFetch
    inFetch = true
    try {
      return Reflect.apply(original, this, args) as ReturnType<typeof original>
    } finally {
      inFetch = before
    }
  }
  Object.defineProperty(watched, 'length', { value: original.length, configurable: true })
  globalThis.fetch = watched
}

/** Looks at every span that starts: outgoing calls that begin a trace are what the detector is about. */
function noteRootSpan(span: Span): void {
  if (inFetch || (running === 0 && sites.size === 0)) return
  if (!(span instanceof RecordingSpan) || span.parent0 !== 0 || span.parent1 !== 0) return
  if (span.kind === SpanKind.CLIENT || span.kind === SpanKind.PRODUCER) noteRootless(span.name)
}

/** Says what has been counted since the last time, and begins anew. */
export function reportLostContext(): void {
  const counted = [...sites.values()].reduce((sum, { count }) => sum + count, 0)
  const factor = counted === 0 ? 1 : (counted + skipped) / counted
  for (const [place, site] of sites) {
    const times = Math.round(site.count * factor)
    if (times >= Math.max(MIN_COUNT, 10 * site.said) && site.idle === 0) {
      site.said = times
      reportFinding('context-lost', sentence(place, site.what, times))
    }
    site.count = 0
  }
  skipped = 0
}

function sentence(place: string, what: string, times: number): string {
  return (
    `context lost in ${place} ${times.toLocaleString('en-US')} times in the last minute: "${what}" began a trace of its own ` +
    `while requests were being answered. Whatever calls this line later (a pool, an emitter, a queue) runs it outside of ` +
    `the request: pass the callback through AsyncResource.bind() or AsyncLocalStorage.bind() where it is handed over`
  )
}

/** The innermost line that is neither Node's nor a package's, as `pool.ts:42`. */
function callSite(): string | undefined {
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = 40
  const { stack = '' } = new Error()
  Error.stackTraceLimit = limit
  for (const line of stack.split('\n').slice(1)) {
    const found = /\(?((?:file:\/\/)?[^\s()]+):(\d+):\d+\)?$/.exec(line)
    const path = found?.[1]
    if (path === undefined || path.startsWith('node:') || path.includes('node_modules')) continue
    if (path.startsWith(OWN_FOLDER) || path.startsWith(OWN_PATH)) continue
    return `${path.split(/[\\/]/).slice(-2).join('/')}:${found?.[2]}`
  }
  return undefined
}

const OWN_FOLDER = agentFile('').href
const OWN_PATH = agentFile('').pathname
