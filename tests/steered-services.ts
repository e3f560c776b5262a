import { spawn, type ChildProcess } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { expect } from 'vitest'
import { cleanEnvironment, eventually, newDataDir, runClew, type ClewProcess } from './clew-process.ts'

const REGISTER = pathToFileURL(fileURLToPath(new URL('../packages/agent/dist/register.js', import.meta.url))).href

/** A server that makes a span a request, says its port, and lives until it is told to end. */
const SERVER = `
import { createServer } from 'node:http'
createServer((request, response) => {
  if (request.url.startsWith('/fail')) response.statusCode = 500
  console.debug('debug record')
  response.end('ok')
}).listen(0, '127.0.0.1', function () { console.log('port', this.address().port) })
process.on('SIGTERM', () => process.exit(0))
`

/** A program under the agent, steered by a Clew. */
export interface Service {
  readonly name: string
  readonly child: ChildProcess
  readonly stderr: () => string
  /** Sends a request; gives the hex of its trace. */
  readonly call: (path?: string) => Promise<string>
  readonly ended: Promise<number | null>
}

/** What a Clew says of an agent. */
export interface Agent {
  id: string
  service: string
  transport: string
  connected: boolean
  configStatus: string
  configError: string
  effective: { name: string; text: string }[]
}

/** What of the settings is in force in it. */
export const inForce = (agent: Agent | undefined): Record<string, Record<string, unknown>> =>
  JSON.parse(agent?.effective[0]?.text ?? '{}') as Record<string, Record<string, unknown>>

/** Starts programs that are steered by a Clew, which may be started anew meanwhile, and asks it about them. */
export class SteeredServices {
  readonly #clew: () => ClewProcess
  readonly #services: Service[] = []
  #calls = 0

  constructor(clew: () => ClewProcess) {
    this.#clew = clew
  }

  /** Starts one and waits for its port; by default a server that answers all requests. */
  async start(name: string, env: Record<string, string> = {}, main = SERVER): Promise<Service> {
    const clew = this.#clew()
    const folder = newDataDir()
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'server.mjs'), SERVER)
    const file = join(folder, 'main.mjs')
    writeFileSync(file, main)
    const child = spawn(process.execPath, ['--import', REGISTER, file], {
      env: cleanEnvironment({
        OTEL_SERVICE_NAME: name,
        OTEL_EXPORTER_OTLP_ENDPOINT: clew.otlpHttp,
        OTEL_BSP_SCHEDULE_DELAY: '100',
        OTEL_BLRP_SCHEDULE_DELAY: '100',
        CLEW_CONTROL_ENDPOINT: clew.ui,
        ...env,
      }),
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let stderr = ''
    child.stderr.on('data', (text: Buffer) => (stderr += String(text)))
    const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
    const port = await new Promise<string>((resolve, reject) => {
      let text = ''
      child.stdout.on('data', (chunk: Buffer) => {
        text += String(chunk)
        const found = /port (\d+)/.exec(text)?.[1]
        if (found !== undefined) resolve(found)
      })
      child.on('close', () => reject(new Error(`ended: ${text}${stderr}`)))
    })
    const call = async (path = '/'): Promise<string> => {
      // Ids whose randomness is the lowest there is: no share below 1 keeps them.
      const traceId = `${(++this.#calls).toString(16).padStart(14, '0')}ab${'00'.repeat(7)}${(this.#calls % 256).toString(16).padStart(2, '0')}`
      const traceparent = `00-${traceId}-00f067aa0ba902b7-02`
      await (await fetch(`http://127.0.0.1:${port}${path}`, { headers: { traceparent } })).text()
      return traceId
    }
    const service = { name, child, stderr: () => stderr, call, ended }
    this.#services.push(service)
    return service
  }

  /** Ends all of them. */
  async stop(): Promise<void> {
    for (const { child } of this.#services) child.kill('SIGKILL')
    await Promise.all(this.#services.map(({ ended }) => ended))
  }

  /** The agent of that service that is connected. */
  async agentOf(name: string): Promise<Agent | undefined> {
    const answer = (await (await fetch(`${this.#clew().ui}/api/agents?service=${name}`)).json()) as { agents: Agent[] }
    return answer.agents.find(({ connected }) => connected)
  }

  /** The same, as soon as it is. */
  connected(name: string): Promise<Agent> {
    return eventually(() => this.agentOf(name))
  }

  /** Runs `clew agents set`. */
  async set(...args: string[]): Promise<void> {
    const { code, stderr } = await runClew(['agents', 'set', ...args], { env: this.#clew().env })
    expect(stderr).toBe('')
    expect(code).toBe(0)
  }
}
