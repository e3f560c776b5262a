/** A body that is not known to have arrived, ready to be posted as it is. */
export interface PendingRequest {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
  /** Spans, log records or reports of metrics in it. */
  readonly items: number
  /** The network has all of it, and the backend has not answered yet: most likely it will. */
  readonly handedOver: boolean
  /** Puts it on the disk; false where it cannot, and it is counted as lost. */
  readonly setAside: () => boolean
}
