let reported = false

/**
 * Writes one line to stderr, and never a second one in this process: a program's output belongs to the program. Goes
 * past `console`, which the agent may have wrapped.
 */
export function reportOnce(message: string): void {
  if (reported) return
  reported = true
  try {
    process.stderr.write(`clew: ${message}\n`)
  } catch {
    // A closed stderr is no reason to disturb the program.
  }
}
