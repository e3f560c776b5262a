import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { type PipelineNode, pipelineFlows, pipelineSignal, queueShare } from './flow-columns.ts'

const node = (kind: PipelineNode['kind'], id: string, ...pipelines: string[]): PipelineNode => ({
  id: `${kind}/${id}`,
  kind,
  name: id,
  pipelines,
  status: 'ok',
  statusMessage: '',
  statusSinceNanos: '0',
  queue: null,
})
const none = { traces: 0, logs: 0, metrics: 0 }
const edge = (source: string, target: string) => ({ source, target, items: none, bytes: none })

test('nodes stand in the order in which data flows', () => {
  const flows = pipelineFlows({
    nodes: [
      node('exporter', 'clew', 'traces', 'logs'),
      node('processor', 'b', 'traces'),
      node('processor', 'a', 'traces'),
      node('receiver', 'otlp', 'traces', 'logs'),
    ],
    edges: [
      edge('processor/a', 'processor/b'),
      edge('receiver/otlp', 'processor/a'),
      edge('processor/b', 'exporter/clew'),
      edge('receiver/otlp', 'exporter/clew'),
    ],
  })
  expect(
    flows.map(({ name, columns }) => [name, columns.map((column) => column.map(({ name }) => name).join('+'))]),
  ).toEqual([
    ['traces', ['otlp', 'a', 'b', 'clew']],
    ['logs', ['otlp', 'clew']],
  ])
})

test('loops end, and every node of a pipeline stands in it once', () => {
  const ids = ['receiver/r', 'processor/a', 'processor/b', 'connector/c', 'exporter/e']
  const nodes = ids.map((id) => node(id.split('/')[0] as PipelineNode['kind'], id.split('/')[1] ?? '', 'traces'))
  const id = fc.constantFrom(...ids)
  fc.assert(
    fc.property(fc.array(fc.tuple(id, id), { maxLength: 15 }), (pairs) => {
      const [flow] = pipelineFlows({ nodes, edges: pairs.map(([source, target]) => edge(source, target)) })
      expect(
        flow?.columns
          .flat()
          .map((one) => one.id)
          .sort(),
      ).toEqual([...ids].sort())
      expect(flow?.columns[0]?.map((one) => one.id)).toContain('receiver/r')
      expect(flow?.columns.at(-1)?.map((one) => one.id)).toEqual(['exporter/e'])
    }),
  )
})

test('signals of pipelines', () => {
  expect(['traces', 'logs/audit', 'profiles'].map(pipelineSignal)).toEqual(['traces', 'logs', undefined])
})

test('a queue is as full as its tightest limit', () => {
  expect(queueShare({ items: 5, bytes: 90, capacityItems: 10, capacityBytes: 100 })).toBe(0.9)
  expect(queueShare({ items: 50, bytes: 0, capacityItems: 10, capacityBytes: null })).toBe(1)
  expect(queueShare({ items: 5, bytes: 9, capacityItems: null, capacityBytes: null })).toBeNull()
})
