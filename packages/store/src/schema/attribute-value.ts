/**
 * The form of an attribute value in a `Map(LowCardinality(String), String)`: text as it is; every other type behind one
 * tag byte, so that int64, double, bool, bytes, arrays, maps and the empty value come back exactly as they were sent.
 * Text that begins with a byte below 8 gets the tag TEXT in front.
 */
export const VALUE_TAG = {
  /** Escape only: the text behind it is the value. */
  text: 0,
  /** Decimal int64. */
  int: 1,
  /** Shortest decimal that reads back as the same double; `NaN`, `inf`, `-inf`, `-0`. */
  double: 2,
  /** `true` or `false`. */
  bool: 3,
  /** Base64, so that reads in text formats lose nothing. */
  bytes: 4,
  /** JSON array, leaves typed (see below). */
  array: 5,
  /** JSON array of [key, value] pairs' object form, leaves typed (see below). */
  map: 6,
  /** An AnyValue without a value; nothing behind it. */
  empty: 7,
} as const

/** Text beginning with a byte below this needs the escape tag. */
export const FIRST_PLAIN_BYTE = 8

/** Names of the value types, by tag; as in `attribute_keys.Type`. */
export const VALUE_TYPE_NAMES = ['string', 'int', 'double', 'bool', 'bytes', 'array', 'map', 'empty'] as const

/*
 * JSON inside `array` and `map` values: text is a JSON string, bool a JSON boolean, the empty value null, an array a JSON
 * array. Numbers: an int64 is a JSON integer without point or exponent, a double always has a point, an exponent or is an
 * object {"$double":"NaN"}; bytes are {"$bytes":"<base64>"}; a map is {"k":v,…}, or {"$map":[["k",v],…]} when a key
 * repeats or begins with `$`.
 */
