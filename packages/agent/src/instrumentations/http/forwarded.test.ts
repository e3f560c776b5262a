import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { forwardedClient, forwardedElements, requestedHost } from './forwarded.ts'

describe('requestedHost', () => {
  it.each([
    [{ host: 'a.example' }, 'http', { host: 'a.example', port: '80' }],
    [{ host: 'a.example' }, 'https', { host: 'a.example', port: '443' }],
    [{ host: 'a.example:8080' }, 'http', { host: 'a.example', port: '8080' }],
    [{ host: '[::1]:8080' }, 'http', { host: '[::1]', port: '8080' }],
    [{ host: '[::1]' }, 'http', { host: '[::1]', port: '80' }],
    [{ host: 'a', 'x-forwarded-host': 'pub', 'x-forwarded-proto': 'https' }, 'http', { host: 'pub', port: '443' }],
    [{ host: 'a', 'x-forwarded-host': 'pub' }, 'http', { host: 'pub', port: undefined }],
    [{ host: 'a', forwarded: 'for=1.2.3.4, host="b:9";proto=http' }, 'http', { host: 'b', port: '9' }],
    [{}, 'http', undefined],
  ])('of %j over %s', (headers, scheme, expected) => {
    expect(requestedHost(headers, scheme)).toEqual(expected)
  })
})

describe('forwardedClient', () => {
  it.each([
    [{ forwarded: 'for="[2001:db8::17]:4711"' }, '2001:db8::17'],
    [{ forwarded: 'proto=https, FOR=192.0.2.43:80' }, '192.0.2.43'],
    [{ 'x-forwarded-for': ' 10.1.2.3:99 , 10.0.0.1' }, '10.1.2.3'],
    [{ 'x-forwarded-for': '2001:db8::1' }, '2001:db8::1'],
    [{ 'x-forwarded-for': '' }, undefined],
    [{}, undefined],
  ])('of %j', (headers, expected) => {
    expect(forwardedClient(headers)).toBe(expected)
  })
})

describe('forwardedElements', () => {
  it('respects quotes and escapes', () => {
    expect(forwardedElements('for="a,b;\\"c";by=x,host=h')).toEqual([{ for: 'a,b;"c', by: 'x' }, { host: 'h' }])
  })

  it('takes anything', () => {
    fc.assert(
      fc.property(fc.string(), (header) => {
        for (const element of forwardedElements(header)) {
          expect(Object.values(element).every((value) => typeof value === 'string')).toBe(true)
        }
      }),
    )
  })
})
