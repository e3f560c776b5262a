import { describe, expect, it } from 'vitest'
import { judgeAnswer } from './judge-answer.ts'

const NOW_MS = Date.UTC(2026, 0, 1)

describe('judgeAnswer', () => {
  it.each([
    [200, undefined, { retry: false }],
    [202, '7', { retry: false }],
    [400, '7', { retry: false, reason: 'HTTP 400' }],
    [501, undefined, { retry: false, reason: 'HTTP 501' }],
    [408, undefined, { retry: true, reason: 'HTTP 408' }],
    [429, '7', { retry: true, reason: 'HTTP 429', retryAfterMs: 7000 }],
    [503, '9999', { retry: true, reason: 'HTTP 503', retryAfterMs: 30_000 }],
    [503, 'Thu, 01 Jan 2026 00:00:04 GMT', { retry: true, reason: 'HTTP 503', retryAfterMs: 4000 }],
    [503, 'Wed, 31 Dec 2025 00:00:00 GMT', { retry: true, reason: 'HTTP 503' }],
    [503, '0', { retry: true, reason: 'HTTP 503' }],
    [503, 'soon', { retry: true, reason: 'HTTP 503' }],
  ])('%d with Retry-After %j', (status, retryAfter, outcome) => {
    expect(judgeAnswer(status, retryAfter, NOW_MS)).toEqual(outcome)
  })
})
