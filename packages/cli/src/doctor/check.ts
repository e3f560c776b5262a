/** One thing the doctor looked at. */
export interface Check {
  readonly name: string
  readonly result: 'ok' | 'warning' | 'problem'
  readonly detail: string
  readonly fix?: string
}

export const ok = (name: string, detail: string): Check => ({ name, result: 'ok', detail })
export const warning = (name: string, detail: string, fix?: string): Check => ({
  name,
  result: 'warning',
  detail,
  ...(fix === undefined ? {} : { fix }),
})
export const problem = (name: string, detail: string, fix?: string): Check => ({
  name,
  result: 'problem',
  detail,
  ...(fix === undefined ? {} : { fix }),
})
