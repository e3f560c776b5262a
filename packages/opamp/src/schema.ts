/** How a single value of a field is written. A `Schema` is a nested message. */
export type FieldType = 'bytes' | 'string' | 'bool' | 'uint64' | 'int64' | 'enum' | 'fixed64' | 'double' | Schema

/** One field of a message. */
export interface Field {
  readonly number: number
  /** Name of the property. */
  readonly name: string
  /** A function where a message contains itself. */
  readonly type: FieldType | (() => Schema)
  /** `list` for repeated fields; `map` for maps with text as keys; `presence` where zero differs from absent (oneof). */
  readonly form?: 'list' | 'map' | 'presence'
}

/** A message as data: what reads and writes it is the same for all of them. */
export interface Schema {
  readonly name: string
  readonly fields: readonly Field[]
}

/** The schema of a message field, undefined for plain values. */
export function messageOf(type: Field['type']): Schema | undefined {
  if (typeof type === 'function') return type()
  return typeof type === 'object' ? type : undefined
}
