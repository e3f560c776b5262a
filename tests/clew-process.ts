import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The built command, as users start it. */
export const CLEW_BIN = fileURLToPath(new URL('../packages/cli/bin/clew.cjs', import.meta.url))

/** What a command line came to. */
export interface Finished {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** A child process whose output is kept. */
export interface Running {
  readonly child: ChildProcess
  readonly output: () => { stdout: string; stderr: string }
  readonly finished: Promise<Finished>
}

export interface RunOptions {
  /** Puts something in front of the command line, such as `nsenter`; must end as the process of its arguments. */
  readonly wrap?: (args: readonly string[]) => readonly string[]
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly cwd?: string
}

/** An environment without settings of this machine: no CLEW_*, no OTEL_*, a home of its own. */
export function cleanEnvironment(more: Readonly<Record<string, string | undefined>> = {}): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(CLEW_|OTEL_|NODE_OPTIONS$|VITEST|NO_COLOR$|FORCE_COLOR$|CI$)/.test(name),
  )
  return { ...Object.fromEntries(kept), HOME: NO_HOME, ...more }
}

const NO_HOME = join(tmpdir(), 'clew-test-no-home')
const alive = new Set<ChildProcess>()

process.on('exit', () => {
  for (const child of alive) child.kill('SIGKILL')
})

/** Starts `clew …` and does not wait. */
export function spawnClew(args: readonly string[], options: RunOptions = {}): Running {
  const line = [process.execPath, CLEW_BIN, ...args]
  const [file = process.execPath, ...rest] = options.wrap?.(line) ?? line
  const child = spawn(file, rest, {
    env: cleanEnvironment(options.env),
    cwd: options.cwd ?? tmpdir(),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  alive.add(child)
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk: Buffer) => (stdout += String(chunk)))
  child.stderr.on('data', (chunk: Buffer) => (stderr += String(chunk)))
  const finished = new Promise<Finished>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => {
      alive.delete(child)
      resolve({ code, signal, stdout, stderr })
    })
  })
  return { child, output: () => ({ stdout, stderr }), finished }
}

/** Runs `clew …` to its end. */
export function runClew(args: readonly string[], options: RunOptions = {}): Promise<Finished> {
  return spawnClew(args, options).finished
}

/** A Clew that runs in a process of its own, on free ports and a data directory of its own. */
export interface ClewProcess {
  readonly ui: string
  readonly otlpHttp: string
  /** `http://host:port`. */
  readonly otlpGrpc: string
  readonly dataDir: string
  readonly process: Running
  /** Environment that makes other commands find this Clew. */
  readonly env: Readonly<Record<string, string>>
  /** Sends a signal and waits for the end. */
  stop(signal?: NodeJS.Signals): Promise<Finished>
}

/** A new empty data directory; `removeDataDirs` takes all of them away. */
export function newDataDir(): string {
  const path = mkdtempSync(join(tmpdir(), 'clew-test-'))
  dataDirs.push(path)
  return path
}

const dataDirs: string[] = []

/** Removes every directory `newDataDir` has made. */
export function removeDataDirs(): void {
  for (const path of dataDirs.splice(0)) rmSync(path, { recursive: true, force: true })
}

export const FREE_PORTS: readonly string[] = ['--port', '0', '--otlp-grpc-port', '0', '--otlp-http-port', '0']

/** Starts `clew up` and waits until it takes data. Rejects with its output when it ends before. */
export async function startClew(
  dataDir: string = newDataDir(),
  args: readonly string[] = [],
  verb = 'up',
  options: RunOptions = {},
): Promise<ClewProcess> {
  const running = spawnClew([verb, '--json', '--data-dir', dataDir, ...FREE_PORTS, ...args], options)
  const addresses = (await firstJsonLine(running)) as { ui: string; otlpHttp: string; otlpGrpc: string }
  return {
    ...addresses,
    dataDir,
    process: running,
    env: { CLEW_URL: addresses.ui, CLEW_DATA_DIR: dataDir },
    async stop(signal = 'SIGTERM') {
      running.child.kill(signal)
      return running.finished
    },
  }
}

/** The first line of JSON a process writes. */
export async function firstJsonLine(running: Running): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const look = (): void => {
      const line = running
        .output()
        .stdout.split('\n')
        .find((each) => each.startsWith('{') && each.endsWith('}'))
      if (line !== undefined) resolve(JSON.parse(line))
    }
    running.child.stdout?.on('data', look)
    void running.finished.then(
      ({ code, stdout, stderr }) => reject(new Error(`ended with ${code}:\n${stdout}${stderr}`)),
      reject,
    )
  })
}

/** Asks until the answer is there. Ends by the time limit of the test, not by a clock of its own. */
export async function eventually<T>(ask: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const answer = await ask()
    if (answer !== undefined) return answer
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
