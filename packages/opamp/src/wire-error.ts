/** Bytes that are no message: cut off, nested too deep, of an impossible length. `at` is the place in bytes. */
export class OpampWireError extends Error {
  readonly at: number

  constructor(message: string, at: number) {
    super(`${message} at byte ${at}`)
    this.name = 'OpampWireError'
    this.at = at
  }
}
