/** How an exporter should fill its requests, when its own configuration says nothing. Sizes in points. */
export interface BatchHint {
  readonly flushTimeoutMs: number
  readonly minSize: number
  /** 0: no maximum. */
  readonly maxSize: number
}
