import { z } from 'zod'
import { defineEndpoint } from './endpoint.ts'

/** What becomes part of a path. */
const backupName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, 'is letters, digits, dots, dashes and underscores')
  .describe('Name of the backup')

const backup = z.object({
  name: z.string(),
  /** Directory on the machine of this Clew, or name on the disk `backups` of the ClickHouse servers. */
  place: z.string(),
  state: z.enum(['running', 'done', 'failed']),
  /** What went wrong and what to do; empty unless failed. */
  problem: z.string(),
  fix: z.string(),
  files: z.number(),
  bytes: z.number(),
  elapsedMs: z.number(),
})

export const startBackup = defineEndpoint({
  id: 'startBackup',
  group: 'status',
  method: 'POST',
  path: '/api/backups',
  summary: 'Begin a backup of everything that was acknowledged until now, while Clew goes on running',
  input: z.object({ name: backupName }),
  output: backup,
})

export const getBackup = defineEndpoint({
  id: 'getBackup',
  group: 'status',
  method: 'GET',
  path: '/api/backups/:name',
  summary: 'How a backup that was begun since the start goes on',
  input: z.object({ name: backupName }),
  output: backup,
})
