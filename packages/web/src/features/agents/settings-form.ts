/** What the form holds, as text; empty is "leave as it is". */
export interface SettingsFields {
  readonly share: string
  readonly perSecond: string
  readonly slowMs: string
  readonly errors: boolean
  readonly minSeverity: string
  readonly instrumentationsOff: string
  readonly profile: boolean
}

export const NO_FIELDS: SettingsFields = {
  share: '',
  perSecond: '',
  slowMs: '',
  errors: false,
  minSeverity: '',
  instrumentationsOff: '',
  profile: false,
}

/** Live settings from the form, or what is wrong with it. */
export function settingsFromFields(fields: SettingsFields): { settings: object } | { problem: string } {
  const share = numberIn(fields.share)
  const perSecond = numberIn(fields.perSecond)
  const slowMs = numberIn(fields.slowMs)
  if (share !== undefined && !(share >= 0 && share <= 100))
    return { problem: 'The share is a percentage from 0 to 100' }
  if (perSecond !== undefined && !(perSecond >= 0)) return { problem: 'Traces per second is a number' }
  if (slowMs !== undefined && !(slowMs >= 0)) return { problem: 'Slow is a number of milliseconds' }
  const tail = {
    ...(slowMs === undefined ? {} : { slowMs }),
    ...(fields.errors ? { errors: true } : {}),
  }
  const sampling = {
    ...(share === undefined ? {} : { share: share / 100 }),
    ...(perSecond === undefined ? {} : { perSecond }),
    ...(Object.keys(tail).length === 0 ? {} : { tail }),
  }
  const off = fields.instrumentationsOff
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
  const settings = {
    ...(Object.keys(sampling).length === 0 ? {} : { sampling }),
    ...(fields.minSeverity === '' ? {} : { minSeverity: fields.minSeverity }),
    ...(off.length === 0 ? {} : { instrumentations: Object.fromEntries(off.map((name) => [name, false])) }),
    ...(fields.profile ? { profile: true } : {}),
  }
  return Object.keys(settings).length === 0 ? { problem: 'Nothing is set yet' } : { settings }
}

/** Undefined for empty text, NaN for what is no number. */
function numberIn(text: string): number | undefined {
  const trimmed = text.trim().replace(/\s*%$/, '')
  return trimmed === '' ? undefined : Number(trimmed)
}
