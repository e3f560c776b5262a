import type { QueryMeta } from '@clew/contract/common'
import type { Terminal } from './terminal.ts'

/** Says on `err` what an answer lacks; nothing when it is whole. */
export function reportIncomplete(meta: QueryMeta, terminal: Terminal): void {
  if (meta.complete) return
  const details = meta.incomplete.map(({ reason, detail }) => (detail === '' ? reason : detail))
  terminal.err(`note: the answer may lack something: ${details.join('; ')}`)
}
