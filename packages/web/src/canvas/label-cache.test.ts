import { expect, test } from 'vitest'
import { LabelCache } from './label-cache.ts'

function measurer() {
  return {
    calls: 0,
    measureText(text: string) {
      this.calls++
      return { width: text.length * 10 }
    },
  }
}

test('cuts to the width with an ellipsis', () => {
  const cache = new LabelCache()
  const context = measurer()
  expect(cache.fit(context, 'abcdef', 60)).toBe('abcdef')
  expect(cache.fit(context, 'abcdef', 59)).toBe('abcd…'.slice(0, 4) + '…')
  expect(cache.fit(context, 'abcdef', 20)).toBe('a…')
  expect(cache.fit(context, 'abcdef', 12)).toBe('')
  expect(cache.fit(context, 'abcdef', 0)).toBe('')
})

test('the second look measures nothing', () => {
  const cache = new LabelCache()
  const context = measurer()
  cache.fit(context, 'abcdefghij', 45)
  const before = context.calls
  cache.fit(context, 'abcdefghij', 46)
  expect(context.calls).toBe(before)
})
