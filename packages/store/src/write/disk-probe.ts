import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '@clew/base/clock'

const PROBE_EVERY_MS = 1000
const PROBE_BYTES = 1 << 20

/** Finds out that a disk that failed can be written again, also when nobody sends anything. */
export class DiskProbe {
  private readonly folder: string
  private readonly clock: Clock
  private readonly onWritable: () => void
  private cancel: (() => void) | undefined
  private stopped = false

  constructor(folder: string, clock: Clock, onWritable: () => void) {
    this.folder = folder
    this.clock = clock
    this.onWritable = onWritable
  }

  /** Probes from now on until a write succeeds; `onWritable` is called then. */
  start(): void {
    if (this.stopped || this.cancel !== undefined) return
    this.cancel = this.clock.after(PROBE_EVERY_MS, () => {
      void this.probe().then((writable) => {
        this.cancel = undefined
        if (writable) this.onWritable()
        else this.start()
      })
    })
  }

  stop(): void {
    this.stopped = true
    this.cancel?.()
  }

  private async probe(): Promise<boolean> {
    const path = join(this.folder, 'probe.tmp')
    try {
      const handle = await open(path, 'w', 0o600)
      try {
        await handle.writeFile(new Uint8Array(PROBE_BYTES))
        await handle.datasync()
      } finally {
        await handle.close()
      }
      return true
    } catch {
      return false
    } finally {
      await rm(path, { force: true }).catch(() => undefined)
    }
  }
}
