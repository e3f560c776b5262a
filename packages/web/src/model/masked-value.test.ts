import { expect, test } from 'vitest'
import { maskedText } from './masked-value.ts'

test('values of secret keys and of secret form are hidden, others are shown as they are', () => {
  expect(maskedText('http.request.header.authorization', 'anything')).toBe('••••••••')
  expect(maskedText('db.password', '')).toBe('')
  expect(maskedText('url.full', 'https://u:p@h/x')).toBe('https://u:[REDACTED]@h/x')
  expect(maskedText('note', 'sent Bearer abc123DEF456')).toBe('sent Bearer [REDACTED]')
  expect(maskedText('gen_ai.usage.input_tokens', '17')).toBe('17')
  expect(maskedText('url.full', 'https://h/x?y=1')).toBe('https://h/x?y=1')
})
