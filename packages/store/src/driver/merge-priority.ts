import { readdirSync, readFileSync } from 'node:fs'
import { setPriority } from 'node:os'

/** How the embedded engine calls the threads in which it merges parts. */
const MERGE_THREAD = 'MergeMutate'
/** A third of the share of a thread that somebody waits for. With less, parts pile up under load, and every question reads all of them. */
const NICENESS = 5
const TASKS = '/proc/self/task'

/**
 * Lets the engine's merges yield to whoever sends or asks: what they have not done under load they do afterwards, and the engine
 * itself holds up inserts before parts become too many. On systems without Linux's list of threads nothing happens.
 * @returns how many threads yield now.
 */
export function yieldMerges(): number {
  let threads: string[]
  try {
    threads = readdirSync(TASKS)
  } catch {
    return 0
  }
  return threads.filter(yieldIfMerging).length
}

function yieldIfMerging(thread: string): boolean {
  try {
    if (readFileSync(`${TASKS}/${thread}/comm`, 'utf8').trim() !== MERGE_THREAD) return false
    // To Linux a thread is a process of its own here.
    setPriority(Number(thread), NICENESS)
    return true
  } catch {
    return false // It has ended meanwhile, or may not be changed.
  }
}
