import { decode } from '@clew/otlp/decode'
import { expect, test } from 'vitest'
import { checkSchema } from '../../config/check-schema.ts'
import { parseYaml } from '../../config/parse-yaml.ts'
import { contextFor } from '../../testdata/context.ts'
import { MemoryConsumer } from '../../testdata/memory-consumer.ts'
import { logsBatch, pointsBatch, spansBatch } from '../../testdata/telemetry.ts'
import { resourceSchema } from './config.ts'
import { ResourceProcessor } from './resource.ts'

test.each([
  ['traces', spansBatch(3)],
  ['logs', logsBatch(3)],
  ['metrics', pointsBatch(3)],
] as const)('changes resources of %s and leaves the items alone', async (signal, batch) => {
  const yaml =
    'attributes: [{key: cluster, value: a, action: upsert}, {key: copy, from_attribute: service.name, action: insert}, {key: service.name, action: delete}]'
  const { value } = checkSchema(resourceSchema, parseYaml(yaml, 'c'), [])
  const store = new MemoryConsumer()
  const { context, decisions } = contextFor('processor/resource')
  await new ResourceProcessor(value ?? { attributes: [] }, context, store).consume(batch, {})
  const [before] = Object.values(decode(signal, batch))[0] as object[]
  const [after] = Object.values(decode(signal, store.batches[0] ?? batch))[0] as object[]
  expect(after).toEqual({
    ...before,
    resource: {
      attributes: [
        { key: 'cluster', value: { stringValue: 'a' } },
        { key: 'copy', value: { stringValue: 'shop' } },
      ],
    },
  })
  expect(decisions.recent({ limit: 1 })).toMatchObject([
    { action: 'changed', count: 3, rule: 'upsert cluster, insert copy, delete service.name' },
  ])
})
