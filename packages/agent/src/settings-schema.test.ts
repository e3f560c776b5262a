import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { DEFAULTS } from './settings.ts'
import { SETTING_SECTIONS } from './settings-schema.ts'

const ALL = SETTING_SECTIONS.flatMap(({ settings }) => settings)
const ROOT = fileURLToPath(new URL('.', import.meta.url))

/** Set for programs in other languages, or by `clew run`: not read by the agent. */
const OF_OTHERS = new Set(['OTEL_DENO', 'OTEL_PYTHON_LOGGING_AUTO_INSTRUMENTATION_ENABLED'])

it('describes every variable that the sources name', () => {
  const text = ALL.map(({ name, text: about }) => `${name} ${about}`).join(' ')
  const files = readdirSync(ROOT, { recursive: true, encoding: 'utf8' })
  const sources = files.filter((file) => file.endsWith('.ts') && !/\.test\.ts$|testdata/.test(file))
  expect(sources.length).toBeGreaterThan(50)
  const missing = new Set<string>()
  for (const file of sources) {
    for (const [, name = ''] of readFileSync(`${ROOT}${file}`, 'utf8').matchAll(/'((?:CLEW|OTEL)_[A-Z_]+[A-Z])'/g)) {
      if (!OF_OTHERS.has(name) && !text.includes(name)) missing.add(`${name} (${file})`)
    }
  }
  expect([...missing]).toEqual([])
})

it('names each variable once, and says the defaults that hold', () => {
  expect(new Set(ALL.map(({ name }) => name)).size).toBe(ALL.length)
  for (const [name, value] of Object.entries(DEFAULTS)) {
    // In spans the queue is bounded only for the SDK's tracer.
    if (name !== 'OTEL_BSP_MAX_QUEUE_SIZE') expect(ALL.find((one) => one.name === name)?.fallback, name).toBe(value)
  }
})
