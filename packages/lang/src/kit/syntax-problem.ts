import { ClewError } from '@clew/base/errors'

/** A stretch of the query text as character offsets, end exclusive. */
export interface TextRange {
  readonly start: number
  readonly end: number
}

/** A query text that cannot be understood: ClewError `BAD_QUERY` with the place that is at fault. */
export class SyntaxProblem extends ClewError {
  readonly position: TextRange

  constructor(message: string, position: TextRange, fix?: string) {
    super('BAD_QUERY', message, { fix })
    this.name = 'SyntaxProblem'
    this.position = position
  }
}
