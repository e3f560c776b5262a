import { useState } from 'react'
import type { QueryMeta } from '@clew/contract/common'
import type { Endpoint, InputOf } from '@clew/contract/endpoint'
import { curlCommand } from '../api/curl.ts'
import { useSession } from '../api/session.ts'
import { formatBytes, formatCount } from '../model/format-count.ts'
import { threeDigits } from '../model/format-duration.ts'
import { Button } from '../ui/button.tsx'
import { CopyableCommand } from '../ui/copy.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { PartialNote } from '../ui/states.tsx'
import styles from './query-info.module.css'

/** What an answer cost, whether it is whole, the statement behind it and the call as curl. Belongs on every panel. */
export function QueryInfo<E extends Endpoint>({
  endpoint,
  input,
  meta,
}: {
  endpoint: E
  input: InputOf<E>
  meta: QueryMeta | undefined
}) {
  const [open, setOpen] = useState(false)
  const tokenNeeded = useSession().data?.required === true
  if (meta === undefined) return null
  return (
    <span className={styles.info}>
      <PartialNote meta={meta} />
      <Button look="quiet" className={styles.button} onClick={() => setOpen(true)} aria-label="View query">
        {formatCount(meta.rowsRead)} rows, {threeDigits(meta.elapsedMs)} ms
      </Button>
      <Dialog title="Query" open={open} onClose={() => setOpen(false)}>
        <div className={styles.detail}>
          <p>
            Read {formatCount(meta.rowsRead)} rows ({formatBytes(meta.bytesRead)}) in {threeDigits(meta.elapsedMs)} ms.{' '}
            {meta.complete ? 'The answer is complete.' : 'The answer is not complete:'}
          </p>
          {meta.incomplete.map((part) => (
            <p key={part.reason + part.detail}>
              {part.reason}: {part.detail}
            </p>
          ))}
          <h3>As a command</h3>
          <CopyableCommand command={curlCommand(endpoint, input, location.origin, tokenNeeded)} label="Copy as curl" />
          {meta.sql !== undefined && meta.sql !== '' && (
            <>
              <h3>SQL</h3>
              <CopyableCommand command={meta.sql} label="Copy SQL" />
            </>
          )}
        </div>
      </Dialog>
    </span>
  )
}
