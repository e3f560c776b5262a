import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { requestTarget } from './request-target.ts'

describe('requestTarget', () => {
  it.each([
    ['/', '/', ''],
    ['/a/b?x=1&y=%20z', '/a/b', 'x=1&y=%20z'],
    ['/a/../b', '/b', ''],
    ['/a/%2e%2E/b', '/b', ''],
    ['/a b', '/a%20b', ''],
    ['http://other.example/p?q=1#f', '/p', 'q=1'],
    ['/s?sig=secret&x=1&X-Amz-Signature=abc', '/s', 'sig=REDACTED&x=1&X-Amz-Signature=REDACTED'],
    ['/s?design=1&AWSAccessKeyId=k', '/s', 'design=1&AWSAccessKeyId=REDACTED'],
  ])('of %s', (target, path, query) => {
    expect(requestTarget(target, 'h.example')).toEqual({ path, query })
  })

  it('is none where there is no URL', () => {
    expect(requestTarget('http://[', 'h')).toBeUndefined()
    expect(requestTarget('/ok', undefined)).toEqual({ path: '/ok', query: '' })
  })

  it('gives what a URL parser gives, on the short way too', () => {
    const piece = fc.constantFrom(
      '/',
      '.',
      '..',
      'a',
      'B9',
      '%2e',
      '%20',
      ';',
      '?',
      '&',
      '=',
      '//',
      '~',
      '\\',
      'é',
      '#',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const target = `/${pieces.join('')}`
        const url = URL.canParse(target, 'http://h') ? new URL(target, 'http://h') : undefined
        const expected = url && { path: url.pathname, query: url.search.slice(1) }
        expect(requestTarget(target, 'h')).toEqual(expected)
      }),
      { numRuns: 2000 },
    )
  })
})
