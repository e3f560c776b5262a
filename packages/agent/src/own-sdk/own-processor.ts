import { reportFinding } from '../findings/report-finding.ts'
import { reportOnce } from '../report-once.ts'
import { sendsTo } from './exporter-address.ts'
import type { ProgramSpan, TakeProgramSpan } from './program-spans.ts'

/** What processors of all versions of the upstream SDK have. */
interface Processor {
  onStart(span: unknown, context: unknown): void
  onEnd(span: ProgramSpan): void
  forceFlush(): Promise<void>
  shutdown(): Promise<void>
}

/** The places where the versions of the SDK keep their processors. */
interface Provider {
  /** Versions 2 and 3. */
  readonly _activeSpanProcessor?: { readonly _spanProcessors?: Processor[] }
  /** Version 1. */
  readonly _registeredSpanProcessors?: Processor[]
  activeSpanProcessor?: Processor
  addSpanProcessor?: (processor: Processor) => void
}

/** Where the spans of programs' own SDKs go. */
export interface ProgramSpanOutlet {
  readonly take: TakeProgramSpan
  /** Processors of the agent itself: a provider that has one of them is the agent's. */
  readonly own: readonly unknown[]
  /** Address of the agent's backend. */
  readonly url: string | undefined
}

let outlet: ProgramSpanOutlet | undefined
const attached = new WeakSet<object>()
/** Scopes of instrumentations that the program has brought along and that have made a span. */
const brought = new Set<string>()

/** Opens the way; before, nothing is attached to any provider. */
export function setProgramSpanOutlet(value: ProgramSpanOutlet): void {
  outlet = value
}

/**
 * Puts a processor of the agent behind those that the program has given its tracer provider: its spans go where they went
 * without the agent, and to the agent's backend too. Once for each provider; never throws.
 */
export function attachTo(provider: object): void {
  if (outlet === undefined || attached.has(provider)) return
  attached.add(provider)
  try {
    attach(provider, outlet)
  } catch (error) {
    reportFinding('second-sdk', `the spans of the program's own SDK go to its own exporters only: ${String(error)}`)
  }
}

function attach(provider: Provider, { take, own, url }: ProgramSpanOutlet): void {
  const processors = provider._activeSpanProcessor?._spanProcessors ?? provider._registeredSpanProcessors
  if (processors === undefined) return
  if (processors.some((processor) => own.includes(processor))) return
  if (url !== undefined && [...processors, provider.activeSpanProcessor].some((each) => sendsTo(each, url))) {
    reportFinding(
      'second-sdk',
      `the program sets up an SDK that sends to the agent's backend itself: its spans arrive by that, under the service name it sets, and are not sent twice; to have them sent by the agent, leave out its exporter`,
    )
    return
  }
  const processor = processorFor(take)
  if (provider._activeSpanProcessor !== undefined) processors.push(processor)
  else if (processors.length > 0) provider.addSpanProcessor?.(processor)
  else attachBehindDefault(provider, processors, processor)
}

/** Version 1 without processors given to it has one of its own, which adding another would shut down. */
function attachBehindDefault(provider: Provider, processors: Processor[], processor: Processor): void {
  processors.push(processor)
  const before = provider.activeSpanProcessor
  if (before === undefined) return
  provider.activeSpanProcessor = {
    onStart: (span, context) => before.onStart(span, context),
    onEnd: (span) => {
      before.onEnd(span)
      processor.onEnd(span)
    },
    forceFlush: () => before.forceFlush(),
    shutdown: () => before.shutdown(),
  }
}

function processorFor(take: TakeProgramSpan): Processor {
  return {
    onStart: () => undefined,
    onEnd: (span) => {
      try {
        noteInstrumentation(span)
        take(span)
      } catch (error) {
        reportOnce(`a span of the program's own SDK could not be sent: ${String(error)}`)
      }
    },
    forceFlush: async () => undefined,
    shutdown: async () => undefined,
  }
}

/** What an SDK brings along of instrumentations does the agent's work a second time. */
function noteInstrumentation({ instrumentationScope, instrumentationLibrary }: ProgramSpan): void {
  const scope = (instrumentationScope ?? instrumentationLibrary)?.name ?? ''
  const name = /^@opentelemetry\/instrumentation-(.+)$/.exec(scope)?.[1]
  if (name === undefined || brought.has(name)) return
  brought.add(name)
  reportFinding(
    'second-sdk',
    `the program's own SDK brings ${scope}: what the agent sees too is shown twice; leave it out there, or here by OTEL_NODE_DISABLED_INSTRUMENTATIONS=${name}`,
  )
}
