import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { callEndpoint } from '@clew/contract/client'
import { decideKey, type KeyRow, listKeys } from '@clew/contract/keys'
import { announce } from '../../shell/announcer.tsx'
import { IconButton } from '../../ui/button.tsx'
import { Menu, type MenuItem } from '../../ui/menu.tsx'

type Action = 'promote' | 'demote' | 'auto'

const DONE: Readonly<Record<Action, string>> = {
  promote: 'gets a column',
  demote: 'has no column any more',
  auto: 'is left to the store',
}

/** Promotes and demotes keys; the table is asked for again afterwards. */
export function useDecide(): { decide: (row: KeyRow, action: Action) => void; error: unknown } {
  const client = useQueryClient()
  const mutation = useMutation({
    mutationFn: ({ row, action }: { row: KeyRow; action: Action }) =>
      callEndpoint(decideKey, { key: row.key, level: row.level as 'span', action }),
    onSuccess: (_answer, { row, action }) => announce(`${row.key} ${DONE[action]}`),
    onSettled: () => client.invalidateQueries({ queryKey: [listKeys.id] }),
  })
  return { decide: (row, action) => mutation.mutate({ row, action }), error: mutation.error }
}

/** Whether a person can decide about the key: it is on a level that can have columns and is not built in. */
export function canDecide({ state }: KeyRow): boolean {
  return state !== 'built-in' && state !== 'interned'
}

/** The menu of one key. */
export function DecideMenu({
  row,
  onDecide,
}: {
  readonly row: KeyRow
  readonly onDecide: (action: Action) => void
}): ReactNode {
  if (!canDecide(row)) return null
  const has = row.state === 'promoted' || row.state === 'filling'
  const items: MenuItem[] = [
    ...(has ? [] : [{ label: 'Give it a column', icon: 'plus' as const, run: () => onDecide('promote') }]),
    ...(has ? [{ label: 'Take its column away', icon: 'minus' as const, run: () => onDecide('demote') }] : []),
    ...(row.forced === null
      ? []
      : [{ label: 'Let the store decide', icon: 'refresh' as const, run: () => onDecide('auto') }]),
  ]
  return <Menu trigger={<IconButton icon="more" label={`Column of ${row.key}`} />} items={items} />
}
