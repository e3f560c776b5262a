/** One thing that is wrong with a rules file, or with what it finds. */
export interface RuleProblem {
  /** Path of the rules file as it was given. */
  readonly file: string
  /** Counted from 1. */
  readonly line: number
  readonly column: number
  readonly message: string
  /** What to do about it. */
  readonly fix: string
}

/** `file:line:column: message; fix`. */
export function problemText({ file, line, column, message, fix }: RuleProblem): string {
  return `${file}:${line}:${column}: ${message}; ${fix}`
}

/** A rules file that cannot be used, with everything that is wrong with it. `code` is `RULES_INVALID`. */
export class RulesError extends Error {
  readonly code = 'RULES_INVALID'
  readonly problems: readonly RuleProblem[]
  readonly fix: string

  constructor(problems: readonly RuleProblem[]) {
    super(problems.map(problemText).join('\n'))
    this.name = 'RulesError'
    this.problems = problems
    this.fix = problems[0]?.fix ?? ''
  }
}
