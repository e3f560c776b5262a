import { totalmem } from 'node:os'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** Memory this process may use: the limit of its container when there is one, else that of the machine. */
export function totalMemoryBytes(): number {
  const machine = totalmem()
  // Not in every Node 20; 0 and absurdly large values mean "no limit".
  const constrained = (process as { constrainedMemory?: () => number | undefined }).constrainedMemory?.() ?? 0
  return constrained > 0 && constrained < machine ? constrained : machine
}

let collect: (() => void) | undefined

/** Runs a full garbage collection, also in a process that was started without `--expose-gc`. */
export function forceGc(): void {
  if (collect === undefined) {
    setFlagsFromString('--expose-gc')
    collect = runInNewContext('gc') as () => void
    setFlagsFromString('--no-expose-gc')
  }
  collect()
}
