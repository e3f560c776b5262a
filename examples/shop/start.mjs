/**
 * `node start.mjs [--load] [--port 4400] [--quiet]`: the shop without anything around it. To see its telemetry, start
 * it through an agent: `clew run -- node start.mjs --load`.
 */
import { parseArgs } from 'node:util'
import { DEFAULT_BASE_PORT } from './services.mjs'
import { startShop } from './start-shop.mjs'

const { values } = parseArgs({
  options: {
    load: { type: 'boolean', default: false },
    quiet: { type: 'boolean', default: false },
    port: { type: 'string', default: String(DEFAULT_BASE_PORT) },
  },
})

const shop = await startShop({
  basePort: Number(values.port),
  load: values.load,
  onLine: (name, line) => values.quiet || console.log(`${name.padEnd(10)} ${line}`),
  onExit: (name, code) => console.error(`${name} ended: ${code}`),
})
console.log(`the shop is open at ${shop.url}`)

let stopping = false
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => void close())

async function close() {
  if (stopping) return
  stopping = true
  await shop.stop()
  process.exit(0)
}
