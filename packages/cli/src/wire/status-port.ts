import type { Clock } from '@clew/base/clock'
import { redactText } from '@clew/base/redact'
import { ClewError } from '@clew/base/errors'
import { formatGoDuration } from '@clew/base/go-duration'
import type { RunningCollector } from '@clew/collector/core/start-collector'
import type { startBackup } from '@clew/contract/backups'
import type { OutputOf } from '@clew/contract/endpoint'
import type { Status } from '@clew/contract/status'
import type { StatusPort } from '@clew/query/ports'
import type { Backup } from '@clew/store/backup/backups'
import type { Store } from '@clew/store/store'
import type { TlsServerConfig } from '@clew/collector/kit/tls'
import type { Authenticator } from '../auth/authenticator.ts'
import type { Settings } from '../config/settings.ts'
import { VERSION } from '../version.ts'
import { setupCommands } from './setup-commands.ts'
import type { StoreFacts } from './store-facts.ts'
import { sendTestTrace } from './test-trace.ts'

/** Where this Clew is reached, as URLs. */
export interface Endpoints {
  readonly ui: string
  readonly otlpGrpc: string
  readonly otlpHttp: string
}

export interface StatusParts {
  readonly settings: Settings
  readonly store: Store
  readonly facts: StoreFacts
  readonly collector: RunningCollector
  readonly clock: Clock
  /** Asked late: the port of the UI is known only when it listens. */
  readonly endpoints: () => Endpoints
  readonly access: Authenticator
  /** What this process needs to send to its own receiver. */
  readonly otlpHttp: { readonly token: string; readonly tls: TlsServerConfig | undefined }
}

const DAY_MS = 86_400_000

/** Gives the query package what it says about this installation. */
export function statusPort(parts: StatusParts): StatusPort {
  const { settings, store, facts, collector, clock } = parts
  const isReady = (): boolean => collector.ready() && !facts.troubles().some(({ refusing }) => refusing)
  return {
    ready: () => isReady(),
    troubles: () => facts.troubles().map((trouble) => ({ ...trouble, message: redactText(trouble.message) })),
    sendTestTrace: () => sendTestTrace(parts.endpoints().otlpHttp, parts.otlpHttp, clock.unixNanos()),
    startBackup: async ({ name }) => backupAnswer(store.backups.start(name)),
    async getBackup({ name }) {
      const backup = store.backups.get(name)
      if (backup !== undefined) return backupAnswer(backup)
      throw new ClewError('BACKUP_NOT_FOUND', `no backup ${name} was begun since this Clew started`)
    },
    async status(): Promise<Status> {
      const endpoints = parts.endpoints()
      const { books } = collector.snapshot()
      const state = await facts.read(books.stored)
      return {
        version: VERSION,
        nodeVersion: process.version,
        uptimeMs: Math.round(process.uptime() * 1000),
        ready: isReady(),
        problem: state.message === '' ? null : redactText(state.message),
        problemSinceNanos: state.sinceNanos,
        endpoints,
        store: {
          kind: store.engine.kind,
          location: store.engine.kind === 'chdb' ? settings.dataDir : withoutPassword(settings.store),
          version: store.engine.version,
          retention: retentionText(settings.retention),
        },
        hasData: await facts.hasData(),
        received: books.received,
        setup: setupCommands({ ...endpoints, tokenNeeded: parts.access.required() }),
      }
    },
  }
}

function backupAnswer(backup: Backup): OutputOf<typeof startBackup> {
  const { name, place, state, problem, fix, files, bytes, elapsedMs } = backup
  return { name, place, state, problem, fix, files, bytes, elapsedMs }
}

/** `7d` rather than `168h`. */
export function retentionText(retentionMs: number): string {
  return retentionMs % DAY_MS === 0 ? `${retentionMs / DAY_MS}d` : formatGoDuration(retentionMs)
}

/** A store address that may be shown to anybody. */
export function withoutPassword(address: string): string {
  return redactText(address)
}
