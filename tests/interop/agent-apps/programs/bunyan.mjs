import bunyan from 'bunyan'
import { inRequest } from './in-request.mjs'

const logger = bunyan.createLogger({ name: 'app', level: 'debug' })
logger.warn('outside')
await inRequest(() => {
  logger.info({ user: 7 }, 'inside %s', 'formatted')
  logger.child({ part: 'child' }).error('failed')
})
