import { Redis } from 'ioredis'
import { inRequest, setting } from './in-request.mjs'

const client = new Redis(setting('TEST_REDIS'))
await inRequest(async () => {
  await client.set('user:7', 'secret value')
  await client.get('user:7')
  await client.multi().incr('visits').expire('visits', 60).exec()
  await client.call('NONSENSE').catch(() => undefined)
})
await client.quit()
