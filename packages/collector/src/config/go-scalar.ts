import type { ScalarValue } from './tree.ts'

/**
 * The value of a plain YAML scalar as Go's yaml.v3 reads it into `any`, which is what the Collector does: `0123` is
 * octal, `yes` and `on` are strings, timestamps stay strings, digits may be grouped with `_`.
 */
export function goScalar(text: string): ScalarValue {
  switch (text) {
    case '':
    case '~':
    case 'null':
    case 'Null':
    case 'NULL':
      return null
    case 'true':
    case 'True':
    case 'TRUE':
      return true
    case 'false':
    case 'False':
    case 'FALSE':
      return false
    case '.nan':
    case '.NaN':
    case '.NAN':
      return Number.NaN
    default:
      return number(text) ?? text
  }
}

function number(text: string): number | bigint | undefined {
  if (!/^[-+.\d]/.test(text)) return undefined
  if (/^[-+]?\.(inf|Inf|INF)$/.test(text)) return text.startsWith('-') ? -Infinity : Infinity
  const plain = text.replaceAll('_', '')
  const integer = /^([-+]?)(0b[01]+|0o[0-7]+|0x[0-9a-fA-F]+|0[0-7]+|0|[1-9]\d*)$/.exec(plain)
  if (integer !== null) {
    const digits = integer[2] ?? '0'
    const magnitude = /^0[0-7]+$/.test(digits) ? BigInt(`0o${digits.slice(1)}`) : BigInt(digits)
    const value = integer[1] === '-' ? -magnitude : magnitude
    // Wider than 64 bits is a float in Go.
    if (value > 0xffff_ffff_ffff_ffffn || value < -0x8000_0000_0000_0000n) return Number(value)
    return value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value
  }
  if (/^[-+]?(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?$/.test(plain)) return Number(plain)
  return undefined
}
