import { randomBytes } from 'node:crypto'
import { type FileHandle, open, unlink } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Signal } from '@clew/otlp/signal'
import { FRAME_HEADER_BYTES, frameHeader } from './frame.ts'

const NAME = /^(\d{13,})-[0-9a-f]{8}\.wal$/
/** Buffers per writev call (the system's limit is 1024). */
const MAX_BUFFERS = 512

/** Where segment files are, and their names. */
export interface SegmentId {
  /** Unique name without suffix; part of the deduplication tokens. */
  readonly id: string
  readonly createdMillis: number
  readonly path: string
}

/** A name for a new segment. */
export function newSegmentId(directory: string, createdMillis: number): SegmentId {
  const id = `${String(createdMillis).padStart(13, '0')}-${randomBytes(4).toString('hex')}`
  return { id, createdMillis, path: join(directory, `${id}.wal`) }
}

/** The segment a file is, or undefined when the file is something else. */
export function segmentIdOf(path: string): SegmentId | undefined {
  const match = NAME.exec(basename(path))
  return match === null ? undefined : { id: basename(path, '.wal'), createdMillis: Number(match[1]), path }
}

/** A segment file that is being written. One writer at a time: `append` calls must not overlap. */
export class SegmentFile {
  readonly segment: SegmentId
  byteLength = 0
  private readonly handle: FileHandle

  private constructor(segment: SegmentId, handle: FileHandle) {
    this.segment = segment
    this.handle = handle
  }

  /** Makes the file and makes sure that it survives a power cut. */
  static async create(segment: SegmentId, directory: string): Promise<SegmentFile> {
    const file = new SegmentFile(segment, await open(segment.path, 'wx', 0o600))
    try {
      const folder = await open(directory, 'r')
      try {
        await folder.sync()
      } finally {
        await folder.close()
      }
    } catch (error) {
      await file.discard()
      throw error
    }
    return file
  }

  /**
   * Appends requests as frames; resolves when they are on disk. When it fails, the file is cut back to what was there before.
   */
  async append(requests: readonly { readonly signal: Signal; readonly payload: Uint8Array }[]): Promise<void> {
    const buffers: Uint8Array[] = []
    let bytes = 0
    for (const { signal, payload } of requests) {
      buffers.push(frameHeader(signal, payload), payload)
      bytes += FRAME_HEADER_BYTES + payload.length
    }
    try {
      let position = this.byteLength
      for (let i = 0; i < buffers.length; i += MAX_BUFFERS) {
        position += await this.writeAll(buffers.slice(i, i + MAX_BUFFERS), position)
      }
      await this.handle.datasync()
      this.byteLength += bytes
    } catch (error) {
      // A disk that fails may refuse this, too; the reason to tell is the first one.
      await this.handle.truncate(this.byteLength).catch(() => undefined)
      throw error
    }
  }

  async close(): Promise<void> {
    await this.handle.close()
  }

  /** Closes and removes a file that holds nothing. */
  async discard(): Promise<void> {
    await this.handle.close().catch(() => undefined)
    // A file that stays behind is empty and removed at the next start.
    await unlink(this.segment.path).catch(() => undefined)
  }

  private async writeAll(buffers: readonly Uint8Array[], position: number): Promise<number> {
    const total = buffers.reduce((sum, buffer) => sum + buffer.length, 0)
    const { bytesWritten } = await this.handle.writev(buffers, position)
    if (bytesWritten < total) {
      // A short write: the rest in one piece.
      const rest = Buffer.concat(buffers).subarray(bytesWritten)
      let done = bytesWritten
      while (done < total) {
        const { bytesWritten: more } = await this.handle.write(rest, done - bytesWritten, total - done, position + done)
        if (more === 0) throw new Error('no space left on device')
        done += more
      }
    }
    return total
  }
}
