import { realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { PprofLibrary } from './pprof-library.ts'

const NAME = '@datadog/pprof'

/** The library, or what to do about its absence. */
export type FoundPprof = { readonly library: PprofLibrary } | { readonly problem: string }

/** Loads `@datadog/pprof` from where the agent has it, else from where the program has it. Never throws. */
export function findPprof(programFile: string | undefined): FoundPprof {
  let failure: string | undefined
  for (const from of [import.meta.url, programPlace(programFile)]) {
    try {
      const library = createRequire(from)(NAME) as Partial<PprofLibrary>
      if (typeof library.time?.runWithContext === 'function' && typeof library.heap?.start === 'function') {
        return { library: library as PprofLibrary }
      }
      failure ??= `${NAME} is too old`
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException
      // That of the library itself: one without it says nothing about the next place.
      if (code !== 'MODULE_NOT_FOUND' || !message.includes(`'${NAME}'`)) failure ??= message
    }
  }
  if (failure === undefined) return { problem: `${NAME} is not installed: npm install ${NAME}` }
  const on = `Node ${process.versions.node} on ${process.platform} ${process.arch}`
  return { problem: `${NAME} does not work with ${on} (${firstLine(failure)}): npm install ${NAME}@latest` }
}

/** The program's file, followed from where it is linked to; the working directory for one that has none. */
function programPlace(file: string | undefined): string {
  try {
    if (file !== undefined) return realpathSync(file)
  } catch {
    // It was not started from a file.
  }
  return join(process.cwd(), 'package.json')
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0]!.slice(0, 300)
}
