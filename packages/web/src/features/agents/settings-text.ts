/** Live settings in a few words: `keep 100 %, failed and slow ones (≥ 500 ms); logs from warn on`. */
export function settingsText(settings: Readonly<Record<string, unknown>>): string {
  const parts: string[] = []
  const sampling = objectOf(settings['sampling'])
  if (sampling !== undefined) parts.push(...samplingParts(sampling))
  if (settings['minSeverity'] !== undefined) parts.push(`logs from ${text(settings['minSeverity'])} on`)
  if (settings['logLevel'] !== undefined) parts.push(`agent says ${text(settings['logLevel'])}`)
  for (const [key, noun] of [
    ['instrumentations', ''],
    ['rules', 'rule '],
  ] as const) {
    for (const [name, on] of Object.entries(objectOf(settings[key]) ?? {})) {
      parts.push(`${noun}${name} ${on === true ? 'on' : 'off'}`)
    }
  }
  if (settings['profile'] !== undefined) parts.push(settings['profile'] === true ? 'profile on' : 'profile off')
  return parts.join('; ')
}

function samplingParts(sampling: Readonly<Record<string, unknown>>): string[] {
  const parts: string[] = []
  const { share, perSecond, rules, tail } = sampling
  if (typeof share === 'number') parts.push(`keep ${percent(share)}`)
  if (typeof perSecond === 'number') parts.push(`at most ${perSecond} traces/s`)
  if (Array.isArray(rules) && rules.length > 0)
    parts.push(`${rules.length} sampling rule${rules.length === 1 ? '' : 's'}`)
  const kept = objectOf(tail)
  if (tail === false) parts.push('decide at the start only')
  if (kept?.['errors'] === true) parts.push('every failed trace')
  if (typeof kept?.['slowMs'] === 'number') parts.push(`every trace from ${kept['slowMs']} ms on`)
  if (typeof kept?.['rarePerMinute'] === 'number') parts.push(`${kept['rarePerMinute']} of each operation a minute`)
  return parts
}

function percent(share: number): string {
  return `${Number((share * 100).toPrecision(3))} %`
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
