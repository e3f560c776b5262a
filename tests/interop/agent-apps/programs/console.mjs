import { inRequest } from './in-request.mjs'

console.warn('outside')
await inRequest(() => {
  console.log('inside %s', 'formatted')
  console.error('failed')
})
