import { didYouMean } from '@clew/base/did-you-mean'
import { SyntaxProblem, type TextRange } from './syntax-problem.ts'

/** `'a', 'b' or 'c'`. */
export function listOf(choices: readonly string[]): string {
  const quoted = choices.map((choice) => `'${choice}'`)
  const last = quoted.pop()
  if (last === undefined) return 'nothing'
  return quoted.length === 0 ? last : `${quoted.join(', ')} or ${last}`
}

/** The problem "expected one of `choices`, got `got`", with a guess which one was meant. */
export function expectedOneOf(
  what: string,
  choices: readonly string[],
  got: string,
  position: TextRange,
): SyntaxProblem {
  const guess = didYouMean(got, choices)
  return new SyntaxProblem(
    `expected ${what}, got '${got}'`,
    position,
    guess === undefined ? `write ${listOf(choices)}` : `did you mean '${guess}'?`,
  )
}
