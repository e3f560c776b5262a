import { z } from 'zod'
import { durationMs, integer } from '../../config/fields.ts'
import { canDeflate } from '../../kit/compression.ts'

export interface FileConfig {
  readonly path: string
  readonly format: 'json' | 'proto'
  readonly compression: '' | 'zstd' | 'gzip'
  readonly append: boolean
  readonly create_directory: boolean
  readonly directory_permissions: string
  readonly rotation?: FileRotationConfig | undefined
}

export interface FileRotationConfig {
  readonly max_megabytes: number
  /** 0: by age never. */
  readonly max_days: number
  readonly max_backups: number
  readonly localtime: boolean
}

/** `exporters.file`. */
export const fileSchema: z.ZodType<FileConfig> = z
  .strictObject({
    path: z
      .string()
      .default('')
      .refine((path) => path !== '', { message: 'path must be non-empty', params: { fix: 'add path: ./out.json' } })
      .describe('File to write.'),
    format: z
      .enum(['json', 'proto'])
      .default('json')
      .describe('json: a line for each request; proto: length-prefixed.'),
    compression: z
      .enum(['', 'zstd', 'gzip'])
      .default('')
      .refine((name) => name === '' || canDeflate(name), { message: 'zstd needs Node 22.15 or newer' })
      .describe('Of each record; compressed records are length-prefixed.'),
    append: z.boolean().default(false).describe('Keep what the file has. Not together with rotation.'),
    create_directory: z.boolean().default(false).describe('Make the directory when it is missing.'),
    directory_permissions: z
      .string()
      .regex(/^0?[0-7]{3}$/, 'expected octal permissions such as "0755"')
      .default('0755'),
    rotation: z
      .strictObject({
        max_megabytes: integer(100, 1).describe('Begin a new file when this one is so big.'),
        max_days: integer(0, 0).describe('Delete older backups; 0 never.'),
        max_backups: integer(100, 0).describe('Keep so many backups; 0 all.'),
        localtime: z.boolean().default(false).describe('Local time in names of backups, not UTC.'),
      })
      .optional(),
    flush_interval: durationMs('1s').describe('Accepted; every record is written at once.'),
  })
  .refine((config) => !config.append || config.rotation === undefined, {
    message: 'append and rotation cannot be enabled at the same time',
  })
