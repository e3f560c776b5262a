import { createClient } from 'redis'
import { inRequest, setting } from './in-request.mjs'

const client = createClient({ url: setting('TEST_REDIS') })
await client.connect()
await inRequest(async () => {
  await client.set('user:7', 'secret value')
  await client.get('user:7')
  await client.multi().incr('visits').expire('visits', 60).exec()
  await client.sendCommand(['NONSENSE']).catch(() => undefined)
})
await (client.close?.() ?? client.quit())
