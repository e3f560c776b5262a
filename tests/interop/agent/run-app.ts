import { spawn } from 'node:child_process'
import { cpSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { REGISTER_URL } from '@clew/agent/launch'
import type { Metric } from '@clew/otlp/model'
import { OtlpSink, type SinkLog, type SinkSpan } from '@clew/testkit/otlp-sink'

const apps = fileURLToPath(new URL('../agent-apps/', import.meta.url))
const cache = fileURLToPath(new URL('../../../.cache/agent-apps/', import.meta.url))
/** The agent as it is built. */
export const REGISTER: string = REGISTER_URL.replace('/src/', '/dist/')

/** What a program under the agent has sent, and how it ended. */
export interface AppRun {
  readonly spans: readonly SinkSpan[]
  readonly logs: readonly SinkLog[]
  readonly metrics: ReadonlySet<string>
  /** Every report of every metric. */
  readonly reports: readonly Metric[]
  readonly stdout: string
}

/** What differs from the usual. */
export interface AppOptions {
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly nodeArgs?: readonly string[]
  /** A Node of `.cache/nodes` to run it with. */
  readonly node?: string
  /** Run it with the versions of `agent-apps/older`. */
  readonly older?: boolean
}

/** Kinds of spans as OTLP numbers them. */
export const KIND = { internal: 1, server: 2, client: 3, producer: 4, consumer: 5 } as const

/**
 * Runs a program of `agent-apps/programs` under the built agent until it ends, and gives back what arrived at an OTLP
 * endpoint. CLEW_TEST_NODE is another Node to run it with. Fails when the program does, or when the agent has said something.
 */
export async function runApp(program: string, options: AppOptions = {}): Promise<AppRun> {
  const { args = [], env = {}, nodeArgs = [], older = false } = options
  const node =
    options.node === undefined ? (process.env['CLEW_TEST_NODE'] ?? process.execPath) : cachedNode(options.node)
  const sink = await OtlpSink.start()
  const inherited = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(OTEL_|CLEW_|NODE_OPTIONS|VITEST)/.test(name)),
  )
  const child = spawn(node, [...nodeArgs, `${older ? olderPrograms() : `${apps}programs`}/${program}`, ...args], {
    env: {
      ...inherited,
      NODE_NO_WARNINGS: '1',
      // As `clew run` does it: children are under the agent too.
      NODE_OPTIONS: `--import ${REGISTER}`,
      OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
      CLEW_EXIT_BUDGET_MS: '15000',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (text: Buffer) => (stdout += String(text)))
  child.stderr.on('data', (text: Buffer) => (stderr += String(text)))
  const code = await new Promise((resolve) => child.on('close', (exit, signal) => resolve(exit ?? signal)))
  const { spans, logs, metricNames, metrics: reports } = sink
  await sink.close()
  const findings = logs.filter((log) => log.scope === '@clew/agent/findings').map((log) => log.text)
  if (code !== 0 || stderr.includes('clew:')) {
    throw new Error(`${program} ended with ${String(code)}:\n${stdout}\n${stderr}\n${findings.join('\n')}`)
  }
  return { spans, logs, metrics: metricNames, reports, stdout }
}

/** A Node of `.cache/nodes`. */
export function cachedNode(version: string): string {
  return `${cache}../nodes/${version}/node_modules/node-${process.platform}-${process.arch}/bin/node`
}

/** The same programs where they find the older versions. */
function olderPrograms(): string {
  const folder = `${cache}older/programs`
  cpSync(`${apps}programs`, folder, { recursive: true })
  return folder
}

/** `express 5.3.0`: a library as it is installed, for the names of tests. */
export function library(name: string, older = false): string {
  const modules = older ? `${cache}older/node_modules` : `${apps}node_modules`
  const manifest = JSON.parse(readFileSync(`${modules}/${name}/package.json`, 'utf8')) as { version: string }
  return `${name} ${manifest.version}`
}

/** Sorts ids and names that may be missing. */
export function byText(a = '', b = ''): number {
  return a < b ? -1 : Number(a > b)
}

/** What tests look at, children under their parents, in the order in which they began. */
export interface SpanNode {
  readonly span: SinkSpan
  readonly children: readonly SpanNode[]
}

/** The spans as trees; several roots are several traces, or lost context. */
export function treesOf(spans: readonly SinkSpan[]): SpanNode[] {
  const ids = new Set(spans.map((span) => span.spanId))
  const sorted = spans.toSorted((a, b) => Number(BigInt(a.startTimeUnixNano ?? 0) - BigInt(b.startTimeUnixNano ?? 0)))
  const below = (parent: string): SpanNode[] =>
    sorted.filter((span) => span.parentSpanId === parent).map((span) => ({ span, children: below(span.spanId ?? '') }))
  return sorted
    .filter((span) => !ids.has(span.parentSpanId ?? ''))
    .map((span) => ({ span, children: below(span.spanId ?? '') }))
}

/** The spans directly below the server span of the program's first request to `/work`. */
export function inServerSpan(spans: readonly SinkSpan[]): SinkSpan[] {
  const server = spans.find((span) => span.kind === KIND.server && span.values['url.path'] === '/work')
  return treesOf(spans.filter((span) => span.traceId === server?.traceId))
    .flatMap(function find(node): SpanNode[] {
      return node.span === server ? [...node.children] : node.children.flatMap(find)
    })
    .map((node) => node.span)
}
