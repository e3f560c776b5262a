/** The gRPC contract of the payments service, for both of its sides. */
import grpc from '@grpc/grpc-js'
import { loadSync } from '@grpc/proto-loader'
import { fileURLToPath } from 'node:url'
import { portOf } from './service.mjs'

const file = fileURLToPath(new URL('../services/payments.proto', import.meta.url))
const { Payments } = grpc.loadPackageDefinition(loadSync(file)).shop.payments.v1

export const paymentsService = Payments.service

/** A client whose calls return promises; each takes at most `deadlineMs`. */
export function createPaymentsClient(deadlineMs = 5_000) {
  const client = new Payments(`127.0.0.1:${portOf('payments')}`, grpc.credentials.createInsecure())
  const call = (method) => (request) =>
    new Promise((resolve, reject) => {
      const options = { deadline: Date.now() + deadlineMs }
      client[method](request, options, (error, reply) => (error === null ? resolve(reply) : reject(error)))
    })
  return { charge: call('Charge'), setIncident: call('SetIncident') }
}
