import { constants } from 'node:os'

let first: Promise<NodeJS.Signals> | undefined

/**
 * The first SIGINT, SIGTERM or SIGHUP. From the first call on these signals do not end the process by themselves; a
 * second one does, at once.
 */
export function stopSignal(): Promise<NodeJS.Signals> {
  first ??= new Promise((resolve) => {
    let asked = false
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => {
        if (asked) process.exit(128 + constants.signals[signal])
        asked = true
        resolve(signal)
      })
    }
  })
  return first
}
