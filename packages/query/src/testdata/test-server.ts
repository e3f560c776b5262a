import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ClewError } from '@clew/base/errors'
import type { Endpoint, InputOf, OutputOf } from '@clew/contract/endpoint'
import { endpointUrl } from '@clew/contract/client'
import type { Batch } from '@clew/otlp/batch'
import { openStore, type Store, type StoreOptions } from '@clew/store/store'
import type { ControlPort, KeysPort, PipelinePort, StatusPort, StorePort, TapPortSubscription } from '../ports.ts'
import { testDatabase } from './test-database.ts'
import { createQueryServer, type QueryServer, type QueryServerOptions } from '../server.ts'

/** Whatever JSON.parse gives: tests look into it freely. */
export type ParsedJson = ReturnType<typeof JSON.parse>

/** Keys get columns when a test says so, not by themselves; columns that are not wanted leave at once. */
const TEST_PROMOTION: NonNullable<StoreOptions['promotion']> = {
  checkEveryMs: 3_600_000,
  graceMs: 0,
  settleMs: 0,
  maxKeys: 32,
}

/** The query server over a real store in a directory of its own. */
export interface TestServer {
  readonly store: Store
  readonly server: QueryServer
  /** What the taps of this server see. */
  readonly taps: TestTaps
  /** A server over the same store that knows of no promoted keys. */
  withoutColumns(): QueryServer
  /** Another server over the same store, with other options. */
  again(options: Partial<QueryServerOptions>): QueryServer
  send(...batches: readonly Batch[]): Promise<void>
  get(path: string, init?: RequestInit): Promise<{ status: number; body: ParsedJson; headers: Headers }>
  /** Calls an endpoint, checks the answer against its schema, gives it back. */
  ask<E extends Endpoint>(endpoint: E, input: InputOf<E>): Promise<OutputOf<E>>
  close(): Promise<void>
}

export interface TestServerOptions extends Partial<QueryServerOptions> {
  /** Changes what the server asks the store. */
  readonly wrapEngine?: (store: StorePort) => StorePort
}

export async function startTestServer(
  { wrapEngine, ...options }: TestServerOptions = {},
  promotion: NonNullable<StoreOptions['promotion']> = TEST_PROMOTION,
): Promise<TestServer> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'clew-query-'))
  const { url, closeTarget } = await testDatabase()
  const store = await openStore({ dataDirectory, url, retentionDays: 3650, segmentAgeMs: 20, promotion })
  const taps = new TestTaps()
  const serve = (over: StorePort, more: Partial<QueryServerOptions> = {}): QueryServer =>
    createQueryServer({
      store: over,
      status: TEST_STATUS,
      pipeline: testPipeline(taps),
      control: testControl(),
      version: '0.0.0-test',
      ...options,
      ...more,
    })
  const again = (more: Partial<QueryServerOptions>): QueryServer => serve(wrapEngine?.(store) ?? store, more)
  const server = again({})
  const get: TestServer['get'] = async (path, init) => {
    const response = await server.fetch(new Request(`http://localhost${path}`, init))
    const text = await response.text()
    const isJson = response.headers.get('content-type')?.includes('json') === true
    return { status: response.status, body: isJson ? JSON.parse(text) : text, headers: response.headers }
  }
  return {
    store,
    server,
    taps,
    again,
    get,
    withoutColumns: () =>
      serve({
        parts: store.parts,
        partsColumns: store.partsColumns,
        query: (statement, queryOptions) => store.query(statement, queryOptions),
        keys: { ...NO_KEYS, decide: (level, key, action) => store.keys.decide(level, key, action) },
      }),
    async send(...batches) {
      await Promise.all(batches.map((batch) => store.consumer.consume(batch, {} as never)))
      await store.flush()
    },
    async ask(endpoint, input) {
      const { status, body } = await get(endpointUrl(endpoint, input), { method: endpoint.method })
      if (status !== 200) throw new Error(`${endpoint.id} answered ${status}: ${JSON.stringify(body)}`)
      return endpoint.output.parse(body) as OutputOf<typeof endpoint>
    },
    async close() {
      await server.close(0)
      await store.close()
      await closeTarget()
      await rm(dataDirectory, { recursive: true, force: true })
    },
  }
}

/** Taps that tests feed by hand. */
export class TestTaps {
  readonly open = new Set<TestTap>()

  offer(batch: Batch, timeNanos = 0n): void {
    for (const tap of this.open) tap.offer(batch, timeNanos)
  }
}

class TestTap implements TapPortSubscription {
  closed = false
  #events: { batch: Batch; timeNanos: bigint }[] = []
  #wake: (() => void) | undefined
  readonly #owner: TestTaps
  readonly #signal: string | undefined

  constructor(owner: TestTaps, signal: string | undefined) {
    this.#owner = owner
    this.#signal = signal
    owner.open.add(this)
  }

  offer(batch: Batch, timeNanos: bigint): void {
    if (this.#signal !== undefined && this.#signal !== batch.signal) return
    this.#events.push({ batch, timeNanos })
    this.#wake?.()
  }

  take(): { events: { batch: Batch; timeNanos: bigint }[]; skippedItems: number } {
    return { events: this.#events.splice(0), skippedItems: 0 }
  }

  async wait(): Promise<void> {
    if (this.#events.length > 0 || this.closed) return
    await new Promise<void>((resolve) => {
      this.#wake = resolve
    })
  }

  close(): void {
    this.closed = true
    this.#owner.open.delete(this)
    this.#wake?.()
  }
}

const NO_KEYS: Omit<KeysPort, 'decide'> = {
  usable: () => [],
  promoted: () => [],
  retiring: () => [],
  coverage: () => undefined,
  forced: () => new Map(),
  noteUse: () => undefined,
  flushUses: async () => undefined,
  maxKeys: 0,
  trouble: undefined,
}

const NOTHING = { traces: 0, logs: 0, metrics: 0 }

const TEST_BACKUP = {
  place: '/',
  state: 'done',
  problem: '',
  fix: '',
  files: 1,
  bytes: 1,
  elapsedMs: 1,
} as const

const TEST_STATUS: StatusPort = {
  ready: () => true,
  troubles: () => [],
  startBackup: async ({ name }) => ({ ...TEST_BACKUP, name }),
  getBackup: async ({ name }) => ({ ...TEST_BACKUP, name }),
  sendTestTrace: async () => ({ traceId: '0'.repeat(31) + '1' }),
  status: async () => ({
    version: '0.0.0-test',
    nodeVersion: process.version,
    uptimeMs: 1,
    ready: true,
    problem: null,
    problemSinceNanos: null,
    endpoints: { otlpGrpc: 'http://localhost:4317', otlpHttp: 'http://localhost:4318', ui: 'http://localhost:4320' },
    store: { kind: 'chdb', location: '/', version: '1', retention: '7d' },
    hasData: true,
    received: NOTHING,
    setup: [],
  }),
}

/** A pipeline without components whose taps see what tests offer. */
export function testPipeline(taps: TestTaps): PipelinePort {
  return {
    metricsText: () => '# nothing\n',
    decisions: () => [],
    tap: (options) => new TestTap(taps, options.signal),
    snapshot: async () => ({
      nodes: [],
      edges: [],
      totals: {
        received: NOTHING,
        added: NOTHING,
        stored: NOTHING,
        forwarded: NOTHING,
        dropped: NOTHING,
        refused: NOTHING,
        queued: NOTHING,
        inProgress: NOTHING,
      },
      dropped: [],
      refused: [],
      store: {
        status: 'ok',
        message: '',
        sinceNanos: null,
        troubles: [],
        queuedBytes: 0,
        queuedRows: 0,
        segmentsWaiting: 0,
        newestRowAgeMs: { traces: null, logs: null, metrics: null },
        diskBytes: null,
        rows: NOTHING,
        countedNanos: null,
      },
      process: { uptimeMs: 0, rssBytes: 0, cpuPercent: 0, eventLoopLagMs: 0 },
      timeNanos: '0',
    }),
  }
}

/** Keeps what is set in memory; the control plane itself is tested where it lives. */
export function testControl(): ControlPort {
  const settings: ReturnType<ControlPort['list']>['settings'] = []
  return {
    list: () => ({ agents: [], settings, timeNanos: '0' }),
    async set({ service, settings: text }) {
      const set = settingsOf(text)
      const one = { id: '1', service, agent: null, settings: set, setAtNanos: '0', untilNanos: null, agents: 0 }
      settings.push(one)
      return one
    },
    clear: async () => ({ cleared: settings.splice(0) }),
    exchange: async (body) => ({ status: 200, body }),
    upgrade: (_request, socket) => void socket.end(),
    strategy: (service) => ({ strategyType: 'PROBABILISTIC', probabilisticSampling: { samplingRate: service.length } }),
  }
}

function settingsOf(text: string): Record<string, unknown> {
  try {
    return { ...(JSON.parse(text) as object) }
  } catch {
    throw new ClewError('BAD_SETTINGS', 'the settings are not JSON')
  }
}
