/** Protobuf wire types: the low three bits of a tag. */
export const WIRE_VARINT = 0
export const WIRE_FIXED64 = 1
export const WIRE_BYTES = 2
export const WIRE_GROUP_START = 3
export const WIRE_GROUP_END = 4
export const WIRE_FIXED32 = 5

/** Deepest nesting of unknown groups that is skipped. */
export const MAX_GROUP_DEPTH = 32
