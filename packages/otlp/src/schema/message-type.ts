/** How a field's value looks on the wire and in JSON. `traceId` and `spanId` are bytes that JSON writes as hex. */
export type FieldKind =
  | 'string'
  | 'bytes'
  | 'traceId'
  | 'spanId'
  | 'bool'
  | 'int32'
  | 'uint32'
  | 'sint32'
  | 'enum'
  | 'int64'
  | 'uint64'
  | 'fixed32'
  | 'fixed64'
  | 'sfixed64'
  | 'double'
  | 'message'

/** One field of a message type. */
export interface Field {
  readonly number: number
  /** lowerCamelCase, as in JSON. */
  readonly name: string
  /** The name as JSON writes it, with its colon. */
  readonly jsonPrefix: string
  readonly kind: FieldKind
  readonly repeated: boolean
  /** True when the field is one of the message's alternatives; OTLP has at most one oneof per message. */
  readonly oneof: boolean
  /** Written even when it has its default value (proto3 `optional`, oneof members, and messages). */
  readonly presence: boolean
  readonly message: MessageType | undefined
  readonly enumNames: ReadonlyMap<string, number> | undefined
}

/** A message type of the protocol: the one source for check, merge, JSON, encode and decode. */
export class MessageType {
  readonly name: string
  /** Small number that is the row of this type in the wire table. */
  readonly id: number
  fields: readonly Field[] = []
  /** True when all fields are alternatives of one oneof (`AnyValue`). */
  isOneof = false
  readonly byNumber: (Field | undefined)[] = []
  /** lowerCamelCase and snake_case names. */
  readonly byName: Map<string, Field> = new Map()

  constructor(name: string, id: number) {
    this.name = name
    this.id = id
  }
}

/** What a definition says about a field. Make them with `scalar`, `repeated`, `optional`, `oneof`. */
export interface FieldDefinition {
  readonly number: number
  readonly kind: FieldKind | { readonly message: string } | { readonly enumNames: ReadonlyMap<string, number> }
  readonly label: 'single' | 'repeated' | 'optional' | 'oneof'
}

type Kind = FieldDefinition['kind']

export const single = (number: number, kind: Kind): FieldDefinition => ({ number, kind, label: 'single' })
export const repeated = (number: number, kind: Kind): FieldDefinition => ({ number, kind, label: 'repeated' })
export const optional = (number: number, kind: Kind): FieldDefinition => ({ number, kind, label: 'optional' })
export const oneof = (number: number, kind: Kind): FieldDefinition => ({ number, kind, label: 'oneof' })
export const message = (name: string): { message: string } => ({ message: name })

/** Builds linked message types from definitions by name; types may refer to each other in any order. */
export function linkMessageTypes(
  definitions: Readonly<Record<string, Readonly<Record<string, FieldDefinition>>>>,
): ReadonlyMap<string, MessageType> {
  const types = new Map<string, MessageType>()
  for (const name of Object.keys(definitions)) types.set(name, new MessageType(name, types.size))
  for (const [name, definition] of Object.entries(definitions)) {
    const type = types.get(name)!
    type.fields = Object.entries(definition).map(([fieldName, { number, kind, label }]) => {
      const isMessage = typeof kind === 'object' && 'message' in kind
      const isEnum = typeof kind === 'object' && 'enumNames' in kind
      const target = isMessage ? types.get(kind.message) : undefined
      if (isMessage && target === undefined) throw new Error(`${name}.${fieldName}: no message type ${kind.message}`)
      const field: Field = {
        number,
        name: fieldName,
        jsonPrefix: `"${fieldName}":`,
        kind: isMessage ? 'message' : isEnum ? 'enum' : kind,
        repeated: label === 'repeated',
        oneof: label === 'oneof',
        presence: label === 'optional' || label === 'oneof' || isMessage,
        message: target,
        enumNames: isEnum ? kind.enumNames : undefined,
      }
      return field
    })
    type.isOneof = type.fields.every((field) => field.oneof)
    for (const field of type.fields) {
      type.byNumber[field.number] = field
      type.byName.set(field.name, field)
      type.byName.set(
        field.name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
        field,
      )
    }
  }
  return types
}

/** Numbers for enum names: `enumOf('SPAN_KIND_', ['UNSPECIFIED', 'INTERNAL'])`. */
export function enumOf(prefix: string, names: readonly string[]): { enumNames: ReadonlyMap<string, number> } {
  return { enumNames: new Map(names.map((name, index) => [prefix + name, index])) }
}
