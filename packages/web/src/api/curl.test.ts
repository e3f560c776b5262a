import { expect, test } from 'vitest'
import { searchTraces } from '@clew/contract/traces'
import { sendTestTrace } from '@clew/contract/status'
import { curlCommand } from './curl.ts'

test('a quote in a value cannot leave the shell string', () => {
  const command = curlCommand(searchTraces, { q: "name='a'" }, 'http://127.0.0.1:4320')
  expect(command.startsWith("curl -s 'http://127.0.0.1:4320/api/traces?q=")).toBe(true)
  expect(command.slice(9, -1).replaceAll("'\\''", '')).not.toContain("'")
})

test('a token comes from the environment of the shell', () => {
  expect(curlCommand(sendTestTrace, {}, 'http://h', true)).toBe(
    'curl -s -X POST -H "authorization: Bearer $CLEW_AUTH_TOKEN" \'http://h/api/test-trace\'',
  )
})

test('a POST says so', () => {
  expect(curlCommand(sendTestTrace, {}, 'http://h')).toBe("curl -s -X POST 'http://h/api/test-trace'")
})
