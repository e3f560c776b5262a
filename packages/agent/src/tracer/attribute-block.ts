/**
 * Attributes that many spans start with, such as what a connection says of all requests that come by it: told once, and
 * put into each span as ready bytes.
 */
export class AttributeBlock {
  /** Keys and values in turn, all of them texts and numbers; never changed. */
  readonly flat: readonly unknown[]
  /** The attributes as `attributes` fields of an OTLP span, made when a second span needs them. */
  encoded: Uint8Array | undefined = undefined
  used = false

  constructor(flat: readonly unknown[]) {
    this.flat = flat
  }
}
