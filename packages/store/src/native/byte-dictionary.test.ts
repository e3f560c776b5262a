import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { ByteDictionary } from './byte-dictionary.ts'

// Few letters, so that texts share beginnings and ends; lengths around the four bytes that are read at a time.
const texts = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', 'é'), maxLength: 12 }), { maxLength: 400 })

test('equal bytes have one number, others have another, wherever they lie', () => {
  fc.assert(
    fc.property(texts, fc.nat(7), (list, offset) => {
      const dictionary = new ByteDictionary()
      const numbers = new Map([['', 0]])
      for (const text of list) {
        const bytes = Buffer.from(`${'x'.repeat(offset)}${text}`)
        const number = dictionary.indexOf(bytes, offset, bytes.length)
        if (!numbers.has(text)) numbers.set(text, numbers.size)
        expect(number).toBe(numbers.get(text))
        expect(dictionary.isAt(number, bytes, offset, bytes.length)).toBe(true)
        expect(dictionary.isAt((number + 1) % dictionary.size, bytes, offset, bytes.length)).toBe(dictionary.size === 1)
      }
      for (const [text, number] of numbers) expect(dictionary.textOf(number)).toBe(text)
      expect(dictionary.size).toBe(numbers.size)
    }),
  )
})
