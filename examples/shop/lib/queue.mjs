import { urlOf } from './service.mjs'

/** Orders that are paid wait here for shipping. */
export const SHIPMENTS_QUEUE = 'shipments'

/** Settings of the SQS client: the stand-in takes any credentials. */
export function sqsOptions() {
  return {
    region: 'eu-central-1',
    endpoint: urlOf('sqs'),
    credentials: { accessKeyId: 'shop', secretAccessKey: 'shop' },
    maxAttempts: 10,
  }
}
