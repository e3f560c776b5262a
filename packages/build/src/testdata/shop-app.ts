import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

const APP = `interface Order { id: number; total: number }
type Money = number

// clew:span
export const round = (value: Money) => Math.round(value * 100) / 100

export class OrderService {
  readonly #factor: Money = 1.25
  constructor(private readonly currency: string = 'EUR') {}

  async price(order: Order): Promise<string> {
    await new Promise((resolve) => setTimeout(resolve, 1))
    return \`\${round(this.check(order).total * this.#factor)} \${this.currency}\`
  }

  check(order: Order): Order {
    const limit = 100
    if (order.total > limit)
      throw new RangeError('too much')
    return order
  }
}
`

const MAIN = `import { OrderService } from './order-service.ts'

const service = new OrderService()
console.log(await service.price({ id: 7, total: 10 }))
try {
  await service.price({ id: 8, total: 1000 })
} catch (error) {
  console.log((error as Error).stack)
}
`

const RULES = `price_span:
  target: $root
  where: { file: 'src/**/*.ts', class: OrderService, func: price }
  do:
    - span: { name: 'price {$args.0.id}', attributes: { order.id: $args.0.id, text: $result } }
round_span:
  target: $root
  where: { directive: clew:span }
  do: { span: { attributes: { value: $args.0 } } }
limit_event:
  target: $root
  where: { file: src/order-service.ts, line: 18 }
  do: { event: { name: limit, attributes: { limit: $vars.limit, total: $vars.order.total } } }
hooked:
  target: $root
  where: { func: check }
  do: { inject_hooks: { path: ./hooks.mjs, before: before } }
dead:
  target: $root
  where: { func: nobody }
  do: { span: {} }
`

/** Lines and columns, from 1, of what the program's stack trace must show. */
export const THROWN_AT = 'order-service.ts:19:13'
/** What the program prints first. */
export const PRINTED = '12.5 EUR'

/** A small TypeScript program with rules in a folder of its own. */
export async function makeShopApp(): Promise<{ readonly folder: string; readonly remove: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'clew-build-test-'))
  const write = async (path: string, text: string): Promise<void> => {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), text)
  }
  await write('package.json', JSON.stringify({ name: 'shop', version: '1.2.3', type: 'module' }))
  await write('src/order-service.ts', APP)
  await write('src/main.ts', MAIN)
  await write('clew.rules.yaml', RULES)
  await write('hooks.mjs', `export function before({ args }) { console.log('hook', args[0].id) }\n`)
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) }
}
