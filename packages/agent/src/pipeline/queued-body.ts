/** A body on its way, and how far it has come. */
export interface QueuedBody {
  readonly body: Uint8Array
  readonly items: number
  readonly deadlineMs: number
  attempts: number
  handedOver: boolean
  /** Somebody else sends it now. */
  taken: boolean
}
