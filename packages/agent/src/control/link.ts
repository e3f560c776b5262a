/** Where a connection goes. */
export interface LinkTarget {
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  /** Certificates to trust, in PEM; undefined: those of the system. */
  readonly ca?: string
}

/** What a connection to the control plane tells its owner. */
export interface LinkEvents {
  /** Messages can be sent. */
  readonly onOpen: () => void
  readonly onMessage: (bytes: Uint8Array) => void
  /** It is over, for whatever reason; nothing comes after. */
  readonly onClose: (why: LinkEnd) => void
}

/** Why a connection is over. `refused`: there is a server, and it does not speak this. */
export interface LinkEnd {
  readonly reason: string
  readonly refused?: boolean
  readonly retryAfterMs?: number
}

/** A connection to the control plane. Neither its sockets nor its timers keep the program alive; nothing throws. */
export interface Link {
  send(bytes: Uint8Array): void
  close(): void
}
