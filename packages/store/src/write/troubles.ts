import type { Clock } from '@clew/base/clock'

/** What can be wrong with the write path. */
export type TroubleKind = 'disk' | 'full' | 'insert' | 'slow-insert' | 'set-aside'

/** Something that is wrong now, in words for people. */
export interface Trouble {
  readonly kind: TroubleKind
  /** What is wrong, with the reason. */
  readonly message: string
  /** What to do about it. */
  readonly fix: string
  /** Since when, ms since 1970. */
  readonly sinceMillis: number
  /** True when new data is refused because of it. */
  readonly refusing: boolean
}

/** What to do, and whether data is refused, per kind. The order is that of importance. */
const KINDS: Readonly<Record<TroubleKind, { readonly fix: string; readonly refusing: boolean }>> = {
  disk: {
    fix: 'make room on the disk of --data-dir, or give Clew the right to write there; senders try again until then',
    refusing: true,
  },
  full: { fix: 'bring the database back, or make it faster; senders try again until then', refusing: true },
  insert: {
    fix: 'look at the database; what was acknowledged waits in the data directory and is stored when it is back',
    refusing: false,
  },
  'slow-insert': {
    fix: 'look at the database; what was acknowledged waits in the data directory',
    refusing: false,
  },
  'set-aside': {
    fix: 'look at the files and at the .why.txt beside each (docs/reliability.md), then move or delete them',
    refusing: false,
  },
}

/** What goes on being wrong for less than this after it seemed over is the same trouble. */
const SAME_TROUBLE_MS = 10_000

/** Keeps what is wrong, and since when. A trouble that comes and goes keeps the time it began. */
export class Troubles {
  private readonly clock: Clock
  private readonly current = new Map<TroubleKind, { message: string; sinceMillis: number }>()
  private readonly over = new Map<TroubleKind, { sinceMillis: number; endedMillis: number }>()

  constructor(clock: Clock) {
    this.clock = clock
  }

  /** Notes that something is wrong (still, or again). True when it is new. */
  note(kind: TroubleKind, message: string, sinceMillis?: number): boolean {
    const known = this.current.get(kind)
    const now = this.clock.unixMillis()
    const past = this.over.get(kind)
    const resumed = past !== undefined && now - past.endedMillis < SAME_TROUBLE_MS ? past.sinceMillis : undefined
    this.current.set(kind, { message, sinceMillis: known?.sinceMillis ?? sinceMillis ?? resumed ?? now })
    return known === undefined
  }

  /** Notes that it is over. True when it was there. */
  end(kind: TroubleKind): boolean {
    const known = this.current.get(kind)
    if (known === undefined) return false
    this.current.delete(kind)
    this.over.set(kind, { sinceMillis: known.sinceMillis, endedMillis: this.clock.unixMillis() })
    return true
  }

  get(kind: TroubleKind): Trouble | undefined {
    const known = this.current.get(kind)
    return known === undefined ? undefined : { kind, ...known, ...KINDS[kind] }
  }

  /** All of them, what refuses data first. */
  list(): readonly Trouble[] {
    return (Object.keys(KINDS) as TroubleKind[]).flatMap((kind) => this.get(kind) ?? [])
  }
}
