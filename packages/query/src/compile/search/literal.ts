import type { AttributeLiteral } from '@clew/lang/search/typed'

const MIN_INT64 = -(2n ** 63n)
const MAX_INT64 = 2n ** 63n - 1n

/** The int64 that the literal reads as (`500`, `5e2`, `500.0`); undefined when there is none. */
export function integerOf(literal: AttributeLiteral): bigint | undefined {
  if (literal.number === undefined) return undefined
  const integer = /^[+-]?\d+$/.test(literal.text)
    ? BigInt(literal.text.replace(/^\+/, ''))
    : Number.isSafeInteger(literal.number)
      ? BigInt(literal.number)
      : undefined
  return integer !== undefined && integer >= MIN_INT64 && integer <= MAX_INT64 ? integer : undefined
}
