/** Takes the money: a gRPC service in front of a bank that is sometimes slow and declines some cards. */
import grpc from '@grpc/grpc-js'
import { randomUUID } from 'node:crypto'
import { paymentsService } from '../lib/payments-api.mjs'
import { log, portOf, ready, sleep } from '../lib/service.mjs'

/** A card that every bank declines. */
const DECLINED_CARD = '4000000000000002'

let incident = false

async function charge({ orderId, amountCents, card }) {
  await askBank(amountCents)
  if (card === DECLINED_CARD) {
    log.warn({ orderId, amountCents }, 'card declined')
    throw { code: grpc.status.FAILED_PRECONDITION, details: 'card declined' }
  }
  log.info({ orderId, amountCents }, 'payment taken')
  return { receipt: randomUUID() }
}

/** The bank takes 15 to 45 ms; during the incident 1.2 to 2 s, and every sixth call fails. */
async function askBank(amountCents) {
  await sleep(incident ? 1200 + (amountCents % 800) : 15 + (amountCents % 31))
  if (incident && Math.random() < 1 / 6) {
    log.error('the bank did not answer: connection pool exhausted')
    throw { code: grpc.status.UNAVAILABLE, details: 'the bank did not answer' }
  }
}

/** Lets a gRPC handler be an async function. */
function handler(action) {
  return (call, callback) => {
    action(call.request).then(
      (reply) => callback(null, reply),
      (error) => callback(error),
    )
  }
}

const server = new grpc.Server()
server.addService(paymentsService, {
  Charge: handler(charge),
  SetIncident: handler(async ({ on }) => {
    incident = on
    log.warn({ on }, 'incident switched')
    return { on }
  }),
})
server.bindAsync(`127.0.0.1:${portOf('payments')}`, grpc.ServerCredentials.createInsecure(), (error) => {
  if (error !== null) throw error
  ready()
})
