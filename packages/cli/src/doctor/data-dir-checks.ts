import { accessSync, constants, existsSync, statfsSync } from 'node:fs'
import { dirname } from 'node:path'
import { formatByteSize } from '@clew/base/byte-size'
import { ok, problem, warning } from './check.ts'
import type { Check } from './check.ts'

const LOW_DISK_BYTES = 2 * 1024 ** 3

/** Whether the data directory can be used and how much room there is. */
export function dataDirChecks(dataDir: string): Check[] {
  const place = nearestExisting(dataDir)
  const exists = place === dataDir
  try {
    accessSync(place, constants.W_OK | constants.X_OK)
  } catch {
    return [problem('data directory', `${place} may not be written`, 'choose another --data-dir, or change the rights')]
  }
  const { bavail, bsize } = statfsSync(place)
  const free = bavail * bsize
  const room = `${formatByteSize(free)} free`
  return [
    ok('data directory', exists ? dataDir : `${dataDir} (will be made)`),
    free >= LOW_DISK_BYTES
      ? ok('disk', room)
      : warning('disk', `only ${room}`, 'make room, shorten --retention, or choose another --data-dir'),
  ]
}

function nearestExisting(path: string): string {
  let each = path
  while (!existsSync(each) && dirname(each) !== each) each = dirname(each)
  return each
}
