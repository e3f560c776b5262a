import type { Environment } from '../config/environment.ts'

/** Where a command writes. Results go to `out`, everything about them to `err`, so that pipes carry results only. */
export interface Terminal {
  /** Colours and moving output are welcome: a person looks at it. */
  readonly color: boolean
  /** `out` is a terminal. */
  readonly interactive: boolean
  /** Columns; generous when nobody looks, so that nothing is cut in a pipe. */
  readonly width: number
  /** Writes one line (or several) with a line break at the end. */
  out(text: string): void
  err(text: string): void
}

/** Width of lines that go to a file or pipe. */
const PIPE_WIDTH = 1000

/** The terminal of this process. A reader that goes away (`clew logs | head`) ends the process quietly. */
export function processTerminal(environment: Environment): Terminal {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit(0)
      throw error
    })
  }
  const interactive = process.stdout.isTTY
  const forced = environment['FORCE_COLOR']
  const color =
    forced !== undefined && forced !== '' && forced !== '0'
      ? true
      : interactive && !environment['NO_COLOR'] && environment['TERM'] !== 'dumb'
  return {
    color,
    interactive,
    width: interactive ? process.stdout.columns || 100 : PIPE_WIDTH,
    out: (text) => void process.stdout.write(`${text}\n`),
    err: (text) => void process.stderr.write(`${text}\n`),
  }
}
