import { existsSync } from 'node:fs'
import { AxeBuilder } from '@axe-core/playwright'
import { chromium, type Browser, type Page } from 'playwright-core'
import { expect } from 'vitest'
import { generateTelemetry } from '@clew/testkit/telemetry-generator'
import { eventually, type ClewProcess } from '../tests/clew-process.ts'

export { eventually, removeDataDirs, startClew, type ClewProcess } from '../tests/clew-process.ts'

export type Theme = 'dark' | 'light'
export const THEMES: readonly Theme[] = ['dark', 'light']

const CHROMIUM_PATHS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** Chromium without a window. `CLEW_TEST_CHROMIUM` names another binary; none at all is a failure, not a skip. */
export async function startBrowser(): Promise<Browser> {
  const path = process.env['CLEW_TEST_CHROMIUM'] ?? CHROMIUM_PATHS.find((candidate) => existsSync(candidate))
  if (path === undefined) throw new Error('Chromium is missing: install it (Debian: apt-get install chromium)')
  return chromium.launch({
    executablePath: path,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run'],
  })
}

/** A page whose console stayed clean. */
export interface WatchedPage {
  readonly page: Page
  /** Errors, warnings and violations of the content security policy so far. */
  readonly complaints: readonly string[]
}

/** Opens an address in a fresh browser profile. Close with `page.context().close()`. */
export async function openPage(browser: Browser, url: string, theme: Theme = 'dark'): Promise<WatchedPage> {
  const context = await browser.newContext({ viewport: { width: 1360, height: 860 }, colorScheme: theme })
  // The limit of a test is its own; a busy machine is no failure.
  context.setDefaultTimeout(90_000)
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(String(error)))
  await page.goto(url)
  return { page, complaints }
}

/** No violation of WCAG 2.2 A and AA that axe can find, contrast included. */
export async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
    .analyze()
  expect(
    violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map((node) => `${node.html}\n${node.failureSummary ?? ''}`).join('\n')}`,
    ),
  ).toEqual([])
}

/** A span to send, in the words of OTLP/JSON; times are offsets from the trace's start in nanoseconds. */
export interface SentSpan {
  readonly id: string
  readonly parent?: string
  readonly service: string
  readonly name: string
  readonly start: number
  readonly duration: number
  readonly kind?: number
  readonly error?: string
  readonly attributes?: Readonly<Record<string, string | number | boolean>>
  readonly events?: readonly { name: string; at: number; attributes?: Readonly<Record<string, string>> }[]
  readonly links?: readonly { traceId: string; spanId: string }[]
}

const MAX_SPANS_PER_REQUEST = 5000

/** Sends one trace through the real HTTP receiver as OTLP/JSON, many spans in several requests. */
export async function sendTrace(
  clew: ClewProcess,
  traceId: string,
  startNanos: bigint,
  spans: readonly SentSpan[],
): Promise<void> {
  for (let at = 0; at < spans.length; at += MAX_SPANS_PER_REQUEST) {
    const part = spans.slice(at, at + MAX_SPANS_PER_REQUEST)
    const services = [...new Set(part.map((span) => span.service))]
    const body = {
      resourceSpans: services.map((service) => ({
        resource: { attributes: attributesOf({ 'service.name': service, 'service.version': '1.2.3' }) },
        scopeSpans: [
          {
            scope: { name: 'e2e', version: '1' },
            spans: part.filter((span) => span.service === service).map((span) => spanJson(traceId, startNanos, span)),
          },
        ],
      })),
    }
    await post(`${clew.otlpHttp}/v1/traces`, 'application/json', JSON.stringify(body))
  }
}

function spanJson(traceId: string, startNanos: bigint, span: SentSpan): object {
  const start = startNanos + BigInt(span.start)
  return {
    traceId,
    spanId: span.id,
    ...(span.parent === undefined ? {} : { parentSpanId: span.parent }),
    name: span.name,
    kind: span.kind ?? 1,
    startTimeUnixNano: String(start),
    endTimeUnixNano: String(start + BigInt(span.duration)),
    attributes: attributesOf(span.attributes ?? {}),
    status: span.error === undefined ? {} : { code: 2, message: span.error },
    events: (span.events ?? []).map(({ name, at, attributes }) => ({
      name,
      timeUnixNano: String(start + BigInt(at)),
      attributes: attributesOf(attributes ?? {}),
    })),
    links: span.links ?? [],
  }
}

function attributesOf(fields: Readonly<Record<string, string | number | boolean>>): object[] {
  return Object.entries(fields).map(([key, value]) => ({
    key,
    value:
      typeof value === 'string'
        ? { stringValue: value }
        : typeof value === 'boolean'
          ? { boolValue: value }
          : Number.isInteger(value)
            ? { intValue: String(value) }
            : { doubleValue: value },
  }))
}

/** Sends a log record as OTLP/JSON. */
export async function sendLog(
  clew: ClewProcess,
  log: { service: string; timeNanos: bigint; severity: number; text: string; traceId?: string; spanId?: string },
): Promise<void> {
  const { service, timeNanos, severity, text, ...ids } = log
  const record = { timeUnixNano: String(timeNanos), severityNumber: severity, body: { stringValue: text }, ...ids }
  const body = {
    resourceLogs: [
      {
        resource: { attributes: attributesOf({ 'service.name': service }) },
        scopeLogs: [{ scope: { name: 'e2e' }, logRecords: [record] }],
      },
    ],
  }
  await post(`${clew.otlpHttp}/v1/logs`, 'application/json', JSON.stringify(body))
}

/** A made-up shop's traces, logs and metrics of the last minutes; the same for the same seed. */
export async function sendShop(clew: ClewProcess, traces = 300, seed = 1): Promise<void> {
  const telemetry = generateTelemetry({ seed, traces, endNanos: nowNanos() - 1_000_000_000n, gapNanos: 2_000_000_000n })
  for (const batch of telemetry.traceBatches)
    await post(`${clew.otlpHttp}/v1/traces`, 'application/x-protobuf', batch.toProtobuf())
  for (const batch of telemetry.logBatches)
    await post(`${clew.otlpHttp}/v1/logs`, 'application/x-protobuf', batch.toProtobuf())
  await post(`${clew.otlpHttp}/v1/metrics`, 'application/x-protobuf', telemetry.metricBatch.toProtobuf())
}

async function post(url: string, type: string, body: string | Uint8Array): Promise<void> {
  const response = await fetch(url, { method: 'POST', headers: { 'content-type': type }, body: body as BodyInit })
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`)
}

export const nowNanos = (): bigint => BigInt(Date.now()) * 1_000_000n

/** Waits until a trace can be found with all its spans. */
export async function searchable(clew: ClewProcess, traceId: string, spanCount: number): Promise<void> {
  await eventually(async () => {
    const response = await fetch(`${clew.ui}/api/traces/${traceId}?limit=1`)
    if (!response.ok) return undefined
    const trace = (await response.json()) as { spanCount: number }
    return trace.spanCount >= spanCount ? true : undefined
  })
}

/** Waits until searching finds at least this many traces in the last hour. */
export async function searchableTraces(clew: ClewProcess, count: number): Promise<void> {
  await eventually(async () => {
    const response = await fetch(`${clew.ui}/api/traces?limit=1&start=now-6h`)
    const answer = (await response.json()) as { total?: { value: number } }
    return (answer.total?.value ?? 0) >= count ? true : undefined
  })
}
