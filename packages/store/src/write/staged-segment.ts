import { mkdir, open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Block } from '../native/block.ts'
import type { SegmentId } from './segment-file.ts'

const MAX_BUFFERS = 512

/** One table of a segment, as a file the engine can read. */
export interface StagedTable {
  readonly table: string
  readonly columns: readonly string[]
  readonly rows: number
  readonly file: string
}

/** Writes the blocks of a segment to files. They need no fsync: the segment file is the truth. */
export async function stageBlocks(
  directory: string,
  segment: SegmentId,
  blocks: readonly (readonly [string, Block])[],
): Promise<StagedTable[]> {
  const folder = join(directory, segment.id)
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { mode: 0o700 })
  const staged: StagedTable[] = []
  for (const [table, block] of blocks) {
    const file = join(folder, `${table}.native`)
    await writeChunks(file, block.chunks)
    staged.push({ table, columns: block.columns, rows: block.rows, file })
  }
  return staged
}

/** Removes the files of a segment. */
export async function unstage(directory: string, segment: SegmentId): Promise<void> {
  await rm(join(directory, segment.id), { recursive: true, force: true })
}

async function writeChunks(path: string, chunks: readonly Uint8Array[]): Promise<void> {
  const handle = await open(path, 'wx', 0o600)
  try {
    for (let i = 0; i < chunks.length; i += MAX_BUFFERS) {
      const part = chunks.slice(i, i + MAX_BUFFERS)
      const total = part.reduce((sum, chunk) => sum + chunk.length, 0)
      const { bytesWritten } = await handle.writev(part)
      if (bytesWritten < total) await handle.writeFile(Buffer.concat(part).subarray(bytesWritten))
    }
  } finally {
    await handle.close()
  }
}
