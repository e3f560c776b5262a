import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

const runFileSchema = z.object({
  pid: z.number(),
  ui: z.string(),
  otlpGrpc: z.string(),
  otlpHttp: z.string(),
})

/** What a running Clew leaves in its data directory, so that other commands find it. */
export type RunFile = z.infer<typeof runFileSchema>

const pathIn = (dataDir: string): string => join(dataDir, 'running.json')

/** The Clew that runs on a data directory, undefined when there is none or its process is gone. */
export function readRunFile(dataDir: string): RunFile | undefined {
  try {
    const parsed = runFileSchema.safeParse(JSON.parse(readFileSync(pathIn(dataDir), 'utf8')))
    return parsed.success && isAlive(parsed.data.pid) ? parsed.data : undefined
  } catch {
    return undefined // no file, or torn: nobody to find
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM' // it lives, and belongs to somebody else
  }
}

/** Tells other commands where this process listens. */
export function writeRunFile(dataDir: string, content: RunFile): void {
  writeFileSync(pathIn(dataDir), `${JSON.stringify(content, null, 2)}\n`)
}

/** Takes the note away; harmless when there is none. */
export function removeRunFile(dataDir: string): void {
  rmSync(pathIn(dataDir), { force: true })
}
