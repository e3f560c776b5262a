import { spawn, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { REGISTER_URL } from '../launch.ts'

/** How a child program ended, and what it wrote. */
export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export interface RunningProgram {
  readonly child: ChildProcess
  /** Resolves when the program has written `ready`. */
  readonly ready: Promise<void>
  readonly ended: Promise<Ended>
}

/** Starts a program of this folder (or of any, by its URL) under the built agent, on this Node or another. */
export function runProgram(
  file: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  nodeArgs: readonly string[] = ['--import', REGISTER_URL],
  node: string = process.execPath,
): RunningProgram {
  const path = fileURLToPath(new URL(file, import.meta.url))
  const inherited = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(OTEL_|NODE_OPTIONS)/.test(name)),
  )
  const child = spawn(node, [...nodeArgs, path, ...args], { env: { ...inherited, ...env } })
  let stdout = ''
  let stderr = ''
  let markReady: () => void
  const ready = new Promise<void>((resolve) => (markReady = resolve))
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
    if (stdout.includes('ready')) markReady()
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }))
  })
  return { child, ready, ended }
}
