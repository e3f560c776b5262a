import { describe, expect, it } from 'vitest'
import { displayWidth, oneLine, truncate } from './plain-text.ts'
import { styleFor } from './style.ts'
import { formatTable } from './table.ts'

const columns = [
  { title: 'NAME', flexible: true },
  { title: 'COUNT', align: 'right' as const },
]

describe('formatTable', () => {
  it('aligns columns and leaves no space at line ends', () => {
    expect(
      formatTable(
        [...columns, { title: 'X' }],
        [
          ['a', '1', 'y'],
          ['longer', '20', ''],
        ],
        80,
        styleFor(false),
      ),
    ).toBe(['NAME    COUNT  X', 'a           1  y', 'longer     20'].join('\n'))
  })
  it('cuts only flexible columns to fit', () => {
    const text = formatTable(columns, [['a very long name indeed', '1234567890']], 24, styleFor(false))
    expect(text.split('\n')).toEqual(['NAME               COUNT', 'a very long…  1234567890'])
  })
  it('paints after measuring', () => {
    const style = styleFor(true)
    const text = formatTable(columns, [[{ text: 'ab', paint: style.red }, '1']], 80, style)
    expect(text.split('\n').map(displayWidth)).toEqual([11, 11])
    expect(text).toContain('\u001b[31mab\u001b[39m')
  })
})

describe('text from telemetry', () => {
  it('cannot reprogram the terminal', () => {
    expect(oneLine('a\u001b[2Jb\r\nc\u009b1md')).toBe('a\uFFFD[2Jb c\uFFFD1md')
  })
  it('is cut by columns, not by code units', () => {
    expect(displayWidth('日本')).toBe(4)
    expect(truncate('日本語', 5)).toBe('日本…')
    expect(truncate('👍👍👍', 4)).toBe('👍…')
    expect(truncate('abc', 3)).toBe('abc')
  })
})
