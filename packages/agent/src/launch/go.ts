import type { Language, LaunchTarget } from './language.ts'

/** Where a linker puts the names of sections. */
const TAIL_BYTES = 256 * 1024

const HOW =
  'Go programs are instrumented when they are compiled: build with `otelc go build` (OpenTelemetry Go compile-time instrumentation)'

/** Go: nothing can be put into a program that is compiled; its own SDK reads the variables that are set. */
export const go: Language = {
  runs: (target) => target.name === 'go' || isGoProgram(target),
  launch({ name, notes }) {
    notes.push(
      name === 'go'
        ? HOW
        : `this is a Go program. ${HOW}; if it has the OpenTelemetry SDK in it, its telemetry arrives`,
    )
  },
}

function isGoProgram({ command, findOnPath, files }: LaunchTarget): boolean {
  const path = findOnPath(command)
  return path !== undefined && files.tail(path, TAIL_BYTES).includes('.go.buildinfo')
}
