import type { SecureContextOptions, Server as TlsServer } from 'node:tls'
import type { ClewError } from '@clew/base/errors'
import type { Scope } from '@clew/base/scope'
import type { clearAgents, listAgents, setAgents } from '@clew/contract/agents'
import type { getBackup, startBackup } from '@clew/contract/backups'
import type { InputOf, OutputOf, ParsedInputOf } from '@clew/contract/endpoint'
import type { getPipeline, Trouble, recentDecisions } from '@clew/contract/pipeline'
import type { getStatus, sendTestTrace } from '@clew/contract/status'
import type { Batch } from '@clew/otlp/batch'
import type { Signal } from '@clew/otlp/signal'
import type { QueryOptions, QueryResult } from '@clew/store/driver/driver'
import type { Coverage } from '@clew/store/promote/backfill'
import type { PromotableLevel, PromotedKey } from '@clew/store/promote/promoted-key'
import type { KeyUse } from '@clew/store/promote/usage-counter'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Sql } from '@clew/store/sql/sql'

/** Reads of the store. */
export interface QueryEngine {
  /** The active parts of all tables (`system.parts`), for `FROM`. */
  readonly parts: Sql
  /** The columns of those parts (`system.parts_columns`), for `FROM`. */
  readonly partsColumns: Sql
  query<Row>(statement: Sql, options?: QueryOptions): Promise<QueryResult<Row>>
}

/** Attribute keys that have columns, and the account of which are asked for. */
export interface KeysPort {
  /** Keys whose columns every row has. */
  usable(): readonly PromotedKey[]
  /** Keys that have or get columns. */
  promoted(): readonly PromotedKey[]
  /** Keys that are losing theirs. */
  retiring(): readonly PromotedKey[]
  coverage(key: PromotedKey): Coverage | undefined
  /** What people decided, by level and key with a zero byte between. */
  forced(): ReadonlyMap<string, 'promote' | 'demote'>
  noteUse(use: KeyUse): void
  /** Writes down the uses that were noted. */
  flushUses(): Promise<void>
  decide(level: PromotableLevel, key: string, action: 'promote' | 'demote' | 'auto'): Promise<void>
  readonly maxKeys: number
  readonly trouble: string | undefined
}

/** The store, as far as questions need it. */
export interface StorePort extends QueryEngine {
  readonly keys: KeysPort
}

/** What only the program that puts everything together knows about this installation. */
export interface StatusPort {
  status(): Promise<OutputOf<typeof getStatus>>
  /** Sends one small trace through the real receiver; gives its id in hex. */
  sendTestTrace(input: InputOf<typeof sendTestTrace>): Promise<OutputOf<typeof sendTestTrace>>
  /** Begins a backup of the store. */
  startBackup(input: ParsedInputOf<typeof startBackup>): Promise<OutputOf<typeof startBackup>>
  /** Throws ClewError BACKUP_NOT_FOUND. */
  getBackup(input: ParsedInputOf<typeof getBackup>): Promise<OutputOf<typeof getBackup>>
  /** True when data can be taken, for /readyz. */
  ready(): boolean
  /** What is wrong now, for /readyz: asks nobody. */
  troubles(): readonly Trouble[]
}

/** The running pipeline. */
export interface PipelinePort {
  snapshot(): Promise<OutputOf<typeof getPipeline>>
  decisions(input: ParsedInputOf<typeof recentDecisions>): OutputOf<typeof recentDecisions>['decisions']
  /** Own metrics in Prometheus text format, for /metrics. */
  metricsText(): string | Promise<string>
  /** A bounded look at what flows out of a node; empty means what the receivers hand out. */
  tap(options: TapPortOptions): TapPortSubscription
}

export interface TapPortOptions {
  readonly node: string
  readonly signal: Signal | undefined
  /** Batches a second at most. */
  readonly maxPerSecond: number
}

/** Must not hold up the pipeline: what is not taken in time is skipped and counted. */
export interface TapPortSubscription {
  readonly closed: boolean
  /** What came since the last call, and items that were skipped. */
  take(): { events: readonly { readonly batch: Batch; readonly timeNanos: bigint }[]; skippedItems: number }
  /** Resolves when there is something to take, or when closed. */
  wait(): Promise<void>
  close(): void
}

/** Somebody who has shown a token. */
export interface Caller {
  /** Stands for the token without giving anything of it away. */
  readonly id: string
  readonly name: string
  readonly scopes: readonly Scope[]
}

/** Who may use this server. */
export interface AuthPort {
  /** False while no token is set: whoever reaches the port may do everything. */
  required(): boolean
  /** Who shows this `Authorization` header. */
  identify(authorization: string | undefined): Caller | undefined
  /** Whoever has the token of that id, while it has not been revoked. */
  callerOf(id: string): Caller | undefined
  /** Why somebody with these scopes (undefined: a stranger) may not do what needs `needed`; ClewError UNAUTHENTICATED, FORBIDDEN. */
  refusal(scopes: readonly Scope[] | undefined, needed: Scope): ClewError | undefined
  /** Signs browser sessions; a key for this process alone when absent. */
  readonly sessionKey?: Uint8Array | undefined
  readonly sessionLifetimeMs: number
}

/** No tokens. */
export const NO_AUTH: AuthPort = {
  required: () => false,
  identify: () => undefined,
  callerOf: () => undefined,
  refusal: () => undefined,
  sessionLifetimeMs: 0,
}

/** The certificate of a server that speaks TLS. */
export interface ServerTls {
  /** For `https.createServer`. */
  readonly options: SecureContextOptions & { readonly requestCert: boolean; readonly rejectUnauthorized: boolean }
  /** Keeps the server's certificate as the files are; returns what ends that. */
  follow(server: Pick<TlsServer, 'setSecureContext'>): () => void
}

/** The agents and what is set for them. */
export interface ControlPort {
  list(input: ParsedInputOf<typeof listAgents>): OutputOf<typeof listAgents>
  /** Throws ClewError BAD_SETTINGS, BAD_INPUT, TOO_MANY_SETTINGS, CANNOT_WRITE. */
  set(input: ParsedInputOf<typeof setAgents>): Promise<OutputOf<typeof setAgents>>
  /** Throws ClewError SETTINGS_NOT_FOUND, CANNOT_WRITE. */
  clear(input: ParsedInputOf<typeof clearAgents>): Promise<OutputOf<typeof clearAgents>>
  /** One OpAMP message over HTTP; never throws. */
  exchange(
    body: Uint8Array,
    facts: { readonly userAgent: string; readonly waitMs: number; readonly abort: AbortSignal },
  ): Promise<{ readonly status: 200 | 400; readonly body: Uint8Array }>
  /** An HTTP connection that asks to be an OpAMP WebSocket, after the caller was checked. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
  /** Jaeger remote sampling for a service, as JSON. */
  strategy(service: string): object
}
