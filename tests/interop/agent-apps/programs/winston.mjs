import winston from 'winston'
import { inRequest } from './in-request.mjs'

const logger = winston.createLogger({ level: 'debug', transports: [new winston.transports.Console()] })
logger.warn('outside')
await inRequest(() => {
  logger.info('inside formatted', { user: 7 })
  logger.child({ part: 'child' }).error('failed')
})
