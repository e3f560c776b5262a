/** A failure that is explained well enough by its message; no stack is shown. */
export class ExpectedFailure extends Error {
  expected = true
}
