import { copyFile, readdir, rename, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '@clew/base/clock'
import type { SegmentId } from './segment-file.ts'

const REASON_SUFFIX = '.why.txt'
/** A whole segment that the engine refuses keeps its name; a copy of one with damaged records gets this one. */
const COPY_SUFFIX = '.damaged'

/**
 * The folder of segments that could not be stored, in whole or in part. Each file has a text beside it that says why and when.
 * Bounded in bytes: whoever wants to set more aside has to wait instead.
 */
export class SetAside {
  /** Files of this and of former runs. */
  count = 0
  bytes = 0
  /** When the oldest of them was set aside, ms since 1970. */
  sinceMillis: number | undefined
  /** Why the newest was. */
  why = ''
  private readonly folder: string
  private readonly maxBytes: number
  private readonly clock: Clock

  constructor(folder: string, maxBytes: number, clock: Clock) {
    this.folder = folder
    this.maxBytes = maxBytes
    this.clock = clock
  }

  /** Counts what former runs have left. */
  async load(): Promise<void> {
    const names = (await readdir(this.folder)).filter((name) => !name.endsWith(REASON_SUFFIX))
    for (const name of names.sort()) {
      const { size, mtimeMs } = await stat(join(this.folder, name))
      this.count++
      this.bytes += size
      this.sinceMillis = Math.min(this.sinceMillis ?? Infinity, Math.round(mtimeMs))
    }
    if (this.count > 0) this.why = 'an earlier run set them aside'
  }

  /** True when so many bytes may be added. */
  hasRoom(bytes: number): boolean {
    return this.bytes + bytes <= this.maxBytes
  }

  /** Moves a segment here. Returns where it is now. */
  async move(segment: SegmentId, byteLength: number, why: string): Promise<string> {
    const path = join(this.folder, `${segment.id}.wal`)
    await this.explain(path, why)
    await rename(segment.path, path)
    this.note(byteLength, why)
    return path
  }

  /** Keeps a copy of a segment whose whole records are stored. Returns where it is; again for the same one changes nothing. */
  async copy(segment: SegmentId, byteLength: number, why: string): Promise<string> {
    const path = join(this.folder, `${segment.id}${COPY_SUFFIX}`)
    if (await exists(path)) return path
    await this.explain(path, why)
    // Under another name first: what has its final name is whole.
    await copyFile(segment.path, `${path}.part`)
    await rename(`${path}.part`, path)
    this.note(byteLength, why)
    return path
  }

  private async explain(path: string, why: string): Promise<void> {
    await writeFile(path + REASON_SUFFIX, `${new Date(this.clock.unixMillis()).toISOString()} ${why}\n`, {
      mode: 0o600,
    })
  }

  private note(byteLength: number, why: string): void {
    this.count++
    this.bytes += byteLength
    this.sinceMillis ??= this.clock.unixMillis()
    this.why = why
  }
}

async function exists(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  )
}
