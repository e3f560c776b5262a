import { expect, test } from 'vitest'
import { didYouMean } from './did-you-mean.ts'

const keys = ['endpoint', 'timeout', 'headers', 'compression', 'tls', 'sending_queue']

test.each([
  ['endpont', 'endpoint'],
  ['tiemout', 'timeout'],
  ['Headers', 'headers'],
  ['sending_que', 'sending_queue'],
  ['tsl', 'tls'],
])('%s is meant to be %s', (word, meant) => expect(didYouMean(word, keys)).toBe(meant))

test('nothing near gives nothing', () => {
  expect(didYouMean('zzz', keys)).toBeUndefined()
  expect(didYouMean('x', [])).toBeUndefined()
})
