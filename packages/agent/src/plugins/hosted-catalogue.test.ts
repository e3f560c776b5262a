import type { InstrumentationModuleDefinition } from '@opentelemetry/instrumentation'
import { createRequire, isBuiltin } from 'node:module'
import { expect, it } from 'vitest'
import { HOSTED, HOSTED_HTTP } from './hosted-catalogue.ts'
import { allPlugins } from './registry.ts'

const require = createRequire(import.meta.url)

it.each([...HOSTED, ...HOSTED_HTTP])('$name waits for exactly the modules that upstream patches', (hosted) => {
  const { name, className, modules } = hosted
  const exports = require(`@opentelemetry/instrumentation-${name}`) as Record<string, new (config: object) => object>
  const instance = new exports[className]!({ enabled: false })
  const { getModuleDefinitions } = instance as { getModuleDefinitions?: () => InstrumentationModuleDefinition[] }
  const definitions = getModuleDefinitions?.call(instance) ?? []
  expect(new Set(definitions.map((definition) => definition.name))).toEqual(new Set(modules))
})

it('is what the package depends on, so that every one can be required', () => {
  const { dependencies } = require('../../package.json') as { dependencies: Record<string, string> }
  const upstream = Object.keys(dependencies).flatMap(
    (name) => /^@opentelemetry\/instrumentation-(.+)$/.exec(name)?.[1] ?? [],
  )
  expect(new Set(upstream)).toEqual(new Set([...HOSTED, ...HOSTED_HTTP].map(({ name }) => name)))
})

it('names every plugin once, by packages rather than files', () => {
  const plugins = allPlugins({ sdkHttp: true })
  // Two of one name see to different versions.
  const shared = plugins.filter(({ unlessFile, versions }) => unlessFile !== undefined || versions !== undefined)
  const whole = plugins.filter((plugin) => !shared.includes(plugin))
  expect(new Set(whole.map(({ name }) => name)).size).toBe(whole.length)
  expect(new Set(shared.map(({ name }) => name)).size).toBe(shared.length)
  for (const name of plugins.flatMap(({ modules }) => modules)) {
    expect(isBuiltin(name) || /^(@[^/]+\/)?[^/]+$/.test(name), name).toBe(true)
  }
})
