import { describe, expect, test } from 'vitest'
import { HotkeyMatcher, keyOf } from './hotkey.ts'

const press = (key: string, held: Partial<Record<'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey', boolean>> = {}) => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...held,
})

test.each([
  [press('k', { ctrlKey: true }), 'mod+k'],
  [press('K', { metaKey: true }), 'mod+k'],
  [press('?', { shiftKey: true }), '?'],
  [press('N', { shiftKey: true }), 'shift+n'],
  [press('ArrowLeft', { shiftKey: true }), 'shift+arrowleft'],
  [press(' '), 'space'],
  [press('/'), '/'],
])('%o is %s', (event, hotkey) => {
  expect(keyOf(event)).toBe(hotkey)
})

describe('sequences', () => {
  const hotkeys = ['g t', 'g l', 't']
  const known = (hotkey: string) => hotkeys.includes(hotkey)
  const prefix = (start: string) => hotkeys.some((hotkey) => hotkey.startsWith(start))

  test('g then t is one hotkey, t alone another', () => {
    const matcher = new HotkeyMatcher()
    expect(matcher.press('g', 0, known, prefix)).toBeUndefined()
    expect(matcher.press('t', 300, known, prefix)).toBe('g t')
    expect(matcher.press('t', 400, known, prefix)).toBe('t')
  })

  test('a first step is forgotten after a while', () => {
    const matcher = new HotkeyMatcher()
    matcher.press('g', 0, known, prefix)
    expect(matcher.press('t', 1200, known, prefix)).toBe('t')
  })

  test('an unknown second step ends the sequence', () => {
    const matcher = new HotkeyMatcher()
    matcher.press('g', 0, known, prefix)
    expect(matcher.press('x', 100, known, prefix)).toBeUndefined()
    expect(matcher.press('l', 200, known, prefix)).toBeUndefined()
  })
})
