import pino from 'pino'
import { inRequest } from './in-request.mjs'

const logger = pino({ level: 'debug' })
logger.warn('outside')
await inRequest(() => {
  logger.info({ user: 7 }, 'inside %s', 'formatted')
  logger.child({ part: 'child' }).error(new TypeError('broken'), 'failed')
})
