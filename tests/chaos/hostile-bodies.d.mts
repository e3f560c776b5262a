export interface HostileBody {
  readonly name: string
  readonly body: Buffer
  readonly json: boolean
  readonly monster: boolean
  /** How many spans of the trace must be stored; 0: refused; undefined: either. */
  readonly stored: number | undefined
  readonly trace?: Buffer
}
export function hostileBodies(): HostileBody[]
export function field(number: number, ...parts: readonly Uint8Array[]): Buffer
