/** What every process of the shop shares: where it listens, where the others are, how it logs and reports readiness. */
import { pino } from 'pino'
import { services } from '../services.mjs'

/** The port of a process of the shop, from its environment variable. */
export function portOf(name) {
  const service = services.find((candidate) => candidate.name === name)
  if (service === undefined) throw new Error(`the shop has no process named ${name}`)
  const port = Number(process.env[service.portEnv])
  if (!Number.isInteger(port) || port <= 0) throw new Error(`${service.portEnv} must be set to a port`)
  return port
}

/** The HTTP base URL of a process of the shop. */
export function urlOf(name) {
  return `http://127.0.0.1:${portOf(name)}`
}

export const log = pino({ base: undefined, level: process.env.LOG_LEVEL ?? 'info' })

/** Tells whoever started the process that it takes requests, and ends it when the starter goes away. */
export function ready() {
  process.send?.('ready')
}

process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'))

/** Resolves after `ms` milliseconds. */
export function sleep(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

/** Answers of other services that are not 2xx, with what they said. */
export class UpstreamError extends Error {
  constructor(status, message) {
    super(message)
    this.name = 'UpstreamError'
    this.status = status
  }
}

/** Calls another service and returns its JSON; throws UpstreamError for any status outside 2xx. */
export async function callJson(url, { method = 'GET', body } = {}) {
  const response = await fetch(url, {
    method,
    ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  })
  const answer = await response.json()
  if (!response.ok) throw new UpstreamError(response.status, answer.error ?? `${url} answered ${response.status}`)
  return answer
}
