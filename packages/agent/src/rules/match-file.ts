import picomatch from 'picomatch'
import { inRange } from '../modules/version-range.ts'
import type { ModuleFile } from './module-file.ts'
import { matchesName } from './name-glob.ts'
import type { Rule } from './rule.ts'

/** Decides which rules may be about a file. */
export class FileMatcher {
  readonly #rules: readonly Rule[]
  readonly #root: string | undefined

  /** `root` is the folder of the program's package, which `$root` stands for. */
  constructor(rules: readonly Rule[], root: string | undefined) {
    this.#rules = rules
    this.#root = root
  }

  /** Rules whose package and version are those of the file; the glob of the path is not asked. */
  rulesFor(file: ModuleFile): readonly Rule[] {
    return this.#rules.filter(({ targets, version }) => {
      const isTarget = targets.some((target) =>
        target === '$root' ? this.#isRoot(file) : this.#isPackage(file, target),
      )
      return isTarget && (version === undefined || inRange(file.packageVersion ?? '0.0.0', version))
    })
  }

  #isRoot({ installed, packageRoot }: ModuleFile): boolean {
    return !installed && (this.#root === undefined || packageRoot === this.#root)
  }

  #isPackage({ packageName }: ModuleFile, target: string): boolean {
    return packageName !== '' && matchesName(packageName, [target])
  }
}

const globs = new Map<string, (path: string) => boolean>()

/** Whether a path within a package, with `/`, matches one of some globs; a leading `./` makes no difference. */
export function matchesPath(path: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => {
    let matches = globs.get(pattern)
    if (matches === undefined) {
      matches = picomatch(pattern.replace(/^\.\//, ''), { dot: true })
      if (globs.size < 10_000) globs.set(pattern, matches)
    }
    return matches(path)
  })
}
