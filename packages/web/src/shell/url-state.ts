import { useCallback, useMemo } from 'react'
import { useNavigate, useSearch } from '@tanstack/react-router'
import type { z } from 'zod'

export type SearchFields = Readonly<Record<string, string>>

/** The search part of a URL as flat text fields (the first of repeated names wins). */
export function parseSearchText(text: string): Record<string, string> {
  const fields = new Map<string, string>()
  for (const [key, value] of new URLSearchParams(text)) if (!fields.has(key)) fields.set(key, value)
  return Object.fromEntries(fields)
}

/** Flat fields to the search part of a URL; empty and missing fields are left out, so URLs stay short. */
export function searchText(fields: Readonly<Record<string, unknown>>): string {
  const params = new URLSearchParams()
  for (const [key, value] of Object.entries(fields)) {
    const text = textOf(value)
    if (text !== '') params.set(key, text)
  }
  const text = params.toString()
  return text === '' ? '' : `?${text}`
}

/** Fields are text, numbers, bigints or booleans; anything else is a bug that is better left out of an address. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  return typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean' ? String(value) : ''
}

/**
 * State that lives in the URL. `schema` is an object of fields that each fall back by `.catch(…)`, so that one bad field
 * never drops the others. Setting merges, drops what equals the fallback, and leaves foreign fields (such as the time
 * range) alone. It adds a history entry, so Back undoes it, unless `replace`.
 */
export function useUrlState<Schema extends z.ZodObject>(
  schema: Schema,
): [z.output<Schema>, (patch: Partial<z.output<Schema>>, options?: { replace?: boolean }) => void] {
  const search = useSearch({ strict: false }) as SearchFields
  const navigate = useNavigate()
  const state = useMemo(() => schema.parse(search), [schema, search])
  const fallback = useMemo(() => schema.parse({}) as Record<string, unknown>, [schema])
  const setState = useCallback(
    (patch: Partial<z.output<Schema>>, options: { replace?: boolean } = {}) => {
      void navigate({
        to: '.',
        replace: options.replace ?? false,
        search: ((previous: Record<string, unknown>) => {
          const next: Record<string, unknown> = { ...previous }
          for (const [key, value] of Object.entries(patch)) {
            next[key] = value === undefined || value === fallback[key] ? undefined : String(value)
          }
          return next
        }) as never,
      })
    },
    [navigate, fallback],
  )
  return [state, setState]
}

/** The address of a page. Give it to `PageLink` or to `useGo()`. */
export function pageHref(path: string, search: Readonly<Record<string, unknown>> = {}): string {
  return `${path}${searchText(search)}`
}
