import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

const runFileSchema = z.object({
  pid: z.number(),
  ui: z.string(),
  otlpGrpc: z.string(),
  otlpHttp: z.string(),
  /** For commands of this user on this machine; they end with the process that made them. */
  tokens: z.object({ admin: z.string(), ingest: z.string() }).optional(),
  /** The file with the certificate that the UI shows. */
  certificate: z.string().optional(),
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

/** Tells other commands of this user where this process listens, and lets them in; nobody else may read it. */
export function writeRunFile(dataDir: string, content: RunFile): void {
  const path = pathIn(dataDir)
  // Made anew: the rights are those of the moment a file is made.
  rmSync(path, { force: true })
  writeFileSync(path, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 })
}

/** Takes the note away; harmless when there is none. */
export function removeRunFile(dataDir: string): void {
  rmSync(pathIn(dataDir), { force: true })
}
