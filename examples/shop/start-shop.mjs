import { spawn } from 'node:child_process'
import { createServer } from 'node:net'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { DEFAULT_BASE_PORT, services } from './services.mjs'

/** Generous: the first start on a cold disk unpacks a database and reads thousands of files. */
const READY_TIMEOUT_MS = 180_000
const STOP_TIMEOUT_MS = 3_000

/** The load is a process like the others, but nobody calls it and it is no part of the system that is watched. */
const LOAD = { name: 'load', file: 'load.mjs', standIn: true }

/**
 * @typedef {object} ShopOptions
 * @property {Record<string, string | undefined>} [env]  environment of every process; the caller's own by default
 * @property {string} [nodeOptions]  NODE_OPTIONS of the services, to put an agent into them; stand-ins never get it
 * @property {number} [basePort]     first port (4400); 0 takes free ports
 * @property {boolean} [load]        also starts the load, once everything is ready
 * @property {(name: string, line: string) => void} [onLine]  every line a process writes
 * @property {(name: string, pending: string[]) => void} [onReady]  a process is ready; these are not yet
 * @property {(name: string, code: number | string) => void} [onExit]  a process that ended without being told to
 *
 * @typedef {object} Shop
 * @property {string} url  of the storefront
 * @property {Record<string, number>} ports  by process name
 * @property {Record<string, number | undefined>} pids  by process name
 * @property {(on: boolean) => Promise<void>} incident
 * @property {() => Promise<void>} stop
 */

/**
 * Starts all processes of the shop at once and resolves when each takes requests. Rejects, with everything stopped
 * again, when one of them ends or is not ready within three minutes.
 *
 * @param {ShopOptions} [options]
 * @returns {Promise<Shop>}
 */
export async function startShop({
  env = process.env,
  nodeOptions,
  basePort = DEFAULT_BASE_PORT,
  load = false,
  ...on
} = {}) {
  const { onLine = () => {}, onExit = () => {}, onReady = () => {} } = on
  const ports = await choosePorts(basePort)
  /** @type {Map<string, import('node:child_process').ChildProcess>} */
  const children = new Map()
  /** Services that have not said yet that they are ready. */
  const pending = new Set()
  let stopping = false

  const start = (service) =>
    new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [fileURLToPath(new URL(service.file, import.meta.url))], {
        env: environment(service, env, nodeOptions, ports),
        stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      })
      children.set(service.name, child)
      pending.add(service.name)
      const lastLines = []
      for (const stream of [child.stdout, child.stderr]) {
        createInterface({ input: stream }).on('line', (line) => {
          lastLines.splice(0, Math.max(0, lastLines.length - 9))
          lastLines.push(line)
          onLine(service.name, line)
        })
      }
      child.once('message', () => {
        pending.delete(service.name)
        onReady(service.name, [...pending])
        resolve()
      })
      child.once('error', reject)
      child.once('exit', (code, signal) => {
        children.delete(service.name)
        if (!stopping) onExit(service.name, code ?? signal ?? 'unknown')
        reject(new Error(`${service.name} ended (${code ?? signal}) before it was ready:\n${lastLines.join('\n')}`))
      })
    })

  /** First what makes requests, then what answers them. */
  const stop = async () => {
    stopping = true
    const standIns = new Set(services.filter((service) => service.standIn).map(({ name }) => name))
    for (const last of [false, true]) {
      const turn = [...children].filter(([name]) => standIns.has(name) === last)
      await Promise.all(turn.map(([, child]) => stopChild(child)))
    }
  }

  let timer
  const timeout = new Promise((_, reject) => {
    timer = setTimeout(() => {
      const seconds = READY_TIMEOUT_MS / 1000
      reject(new Error(`the shop was not ready within ${seconds} s; still starting: ${[...pending].join(', ')}`))
    }, READY_TIMEOUT_MS)
  })
  try {
    await Promise.race([Promise.all(services.map(start)), timeout])
    if (load) await start(LOAD)
  } catch (error) {
    await stop()
    throw error
  } finally {
    clearTimeout(timer)
  }

  const url = `http://127.0.0.1:${ports.storefront}`
  return {
    url,
    ports,
    pids: Object.fromEntries([...children].map(([name, child]) => [name, child.pid])),
    stop,
    incident: async (isOn) => {
      const response = await fetch(`${url}/admin/incident`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ on: isOn }),
      })
      if (!response.ok) throw new Error(`the switch answered ${response.status}: ${await response.text()}`)
    },
  }
}

function environment(service, env, nodeOptions, ports) {
  const result = { ...env }
  for (const { name, portEnv } of services) result[portEnv] = String(ports[name])
  result.OTEL_SERVICE_NAME = service.name
  if (service.standIn) {
    delete result.NODE_OPTIONS
    return result
  }
  if (nodeOptions !== undefined) result.NODE_OPTIONS = nodeOptions
  // Invented customers ask a stand-in: there is nothing to protect in what they say.
  result.OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT ??= 'true'
  // The AWS client's nine lines about Node 20 help nobody who is looking at a demo.
  result.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true'
  result.OTEL_RESOURCE_ATTRIBUTES = [env.OTEL_RESOURCE_ATTRIBUTES, 'service.namespace=shop,service.version=1.0.0']
    .filter(Boolean)
    .join(',')
  return result
}

/** Fixed ports from the base, or as many free ones as there are processes (held together, so none comes twice). */
async function choosePorts(basePort) {
  if (basePort !== 0) return Object.fromEntries(services.map(({ name, offset }) => [name, basePort + offset]))
  const holders = await Promise.all(services.map(() => listenAnywhere()))
  const ports = Object.fromEntries(services.map(({ name }, i) => [name, holders[i].address().port]))
  await Promise.all(holders.map((holder) => new Promise((resolve) => holder.close(resolve))))
  return ports
}

/** @returns {Promise<import('node:net').Server>} */
function listenAnywhere() {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => resolve(server))
  })
}

async function stopChild(child) {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS)
  await ended
  clearTimeout(timer)
}
