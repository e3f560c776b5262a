import { afterAll, expect, test } from 'vitest'
import { eventually, firstJsonLine, FREE_PORTS, newDataDir, removeDataDirs, spawnClew } from './clew-process.ts'

const SERVICES = ['assistant', 'inventory', 'orders', 'payments', 'shipping', 'storefront']

afterAll(() => removeDataDirs())

test('clew demo: the services of the shop are seen, their agents can be steered, and SIGTERM ends all of it', async () => {
  const demo = spawnClew(['demo', '--json', '--shop-port', '0', '--data-dir', newDataDir(), ...FREE_PORTS])
  const { ui, shop } = (await firstJsonLine(demo)) as { ui: string; shop: string }
  const seen = async (path: string, names: (answer: never) => string[]): Promise<true | undefined> => {
    const found = new Set(names((await (await fetch(`${ui}${path}`)).json()) as never))
    return SERVICES.every((service) => found.has(service)) || undefined
  }
  await eventually(() =>
    seen('/api/services', ({ services }: { services: { name: string }[] }) => services.map(({ name }) => name)),
  )
  await eventually(() =>
    seen('/api/agents', ({ agents }: { agents: { service: string }[] }) => agents.map(({ service }) => service)),
  )
  demo.child.kill('SIGTERM')
  expect((await demo.finished).code).toBe(0)
  await expect(fetch(shop)).rejects.toThrow()
})
