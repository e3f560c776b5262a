import { type Block, buildBlock } from '../native/block.ts'
import { StringColumn } from '../native/bytes-columns.ts'
import type { ColumnBuilder } from '../native/column-builder.ts'
import { LowCardinalityColumn } from '../native/low-cardinality-column.ts'
import { Int64Column, NumberColumn } from '../native/number-columns.ts'
import { VALUE_TYPE_NAMES } from '../schema/attribute-value.ts'
import type { AttributeUse } from './attribute-counter.ts'
import { dayOfMillis } from './day.ts'

/** What was seen on one level of one signal. */
export interface LevelUses {
  readonly signal: string
  readonly level: string
  readonly uses: readonly AttributeUse[]
}

/** Rows of `attribute_keys` for one segment. */
export function attributeKeyBlocks(levels: readonly LevelUses[], arrivalMillis: number): [string, Block][] {
  const day = new NumberColumn('Date')
  const signal = new LowCardinalityColumn()
  const level = new LowCardinalityColumn()
  const key = new StringColumn()
  const type = new LowCardinalityColumn()
  const count = new Int64Column('UInt64')
  const bytes = new Int64Column('UInt64')
  const first = new Int64Column('UInt64')
  const last = new Int64Column('UInt64')
  const seenNanos = BigInt(arrivalMillis) * 1_000_000n
  let rows = 0
  for (const { signal: signalName, level: levelName, uses } of levels) {
    for (const use of uses) {
      day.push(dayOfMillis(arrivalMillis))
      signal.pushText(signalName)
      level.pushText(levelName)
      key.pushText(use.key)
      type.pushText(VALUE_TYPE_NAMES[use.tag]!)
      count.pushNumber(use.count)
      bytes.pushNumber(use.bytes)
      first.pushBigInt(seenNanos)
      last.pushBigInt(seenNanos)
      rows++
    }
  }
  if (rows === 0) return []
  const columns = new Map<string, ColumnBuilder>([
    ['Day', day],
    ['Signal', signal],
    ['Level', level],
    ['Key', key],
    ['Type', type],
    ['Count', count],
    ['Bytes', bytes],
    ['FirstSeenNanos', first],
    ['LastSeenNanos', last],
  ])
  return [['attribute_keys', buildBlock(columns, rows)]]
}
