import { expect, test } from 'vitest'
import { createLogger, type LoggerOptions } from './logger.ts'

function collect(options: Partial<LoggerOptions>): { lines: string[]; log: ReturnType<typeof createLogger> } {
  const lines: string[] = []
  return {
    lines,
    log: createLogger({ level: 'info', format: 'text', nowMs: () => 0, write: (line) => lines.push(line), ...options }),
  }
}

test('text lines quote what would be ambiguous', () => {
  const { lines, log } = collect({})
  log.with({ component: 'otlp' }).warn('refused', { reason: 'too big', bytes: 5, total: 7n, error: new Error('x=y') })
  expect(lines).toEqual([
    '1970-01-01T00:00:00.000Z WARN  refused component=otlp reason="too big" bytes=5 total=7 error="x=y"',
  ])
})

test('json lines are one document each, with errors and bigints as text', () => {
  const { lines, log } = collect({ format: 'json' })
  log.error('failed', { error: new Error('disk\nfull'), id: 2n ** 64n })
  expect(JSON.parse(lines[0] as string)).toEqual({
    time: '1970-01-01T00:00:00.000Z',
    level: 'error',
    message: 'failed',
    error: 'disk\nfull',
    id: '18446744073709551616',
  })
})

test('a level lets itself and what is above through, nothing below', () => {
  const { lines, log } = collect({ level: 'warn' })
  log.debug('no')
  log.info('no')
  log.warn('yes')
  log.error('yes')
  expect(lines).toHaveLength(2)
})
