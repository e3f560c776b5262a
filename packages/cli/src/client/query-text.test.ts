import { describe, expect, it } from 'vitest'
import { queryText } from './query-text.ts'

describe('queryText', () => {
  it('joins options and words, and quotes what needs it', () => {
    expect(queryText([])).toBe('')
    expect(queryText(['a', 'b'], { 'service=': 'x' })).toBe('service=x a b')
    expect(queryText([], { 'name=': 'GET "/"' })).toBe('name="GET \\"/\\""')
    expect(queryText(['a', 'OR', 'b'], { 'service=': 'x', 'name=': undefined })).toBe('service=x (a OR b)')
  })
})
