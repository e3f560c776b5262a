/**
 * What the output of `npm audit --json` means. `asked` is false when the registry gave no answer; else `failed` says whether there
 * is an advisory that is not explained. An explanation is `{"why", "until"}` by advisory id, and counts until its day.
 *
 * @param {string} output
 * @param {Readonly<Record<string, {why: string, until: string}>>} explained
 * @param {Date} now
 * @returns {{asked: boolean, failed: boolean, lines: string[]}}
 */
export function auditVerdict(output, explained, now) {
  let report
  try {
    report = JSON.parse(output)
  } catch {
    report = {}
  }
  if (report.vulnerabilities === undefined) {
    const why = report.message ?? report.error?.summary ?? 'npm audit gave no report'
    return { asked: false, failed: false, lines: [`audit: the registry serves no advisories (${why.slice(0, 200)})`] }
  }
  const advisories = new Map()
  for (const vulnerability of Object.values(report.vulnerabilities)) {
    for (const via of vulnerability.via ?? []) if (typeof via === 'object') advisories.set(idOf(via), via)
  }
  const lines = []
  let failed = false
  for (const [id, { name, severity, title }] of advisories) {
    const reason = explained[id]
    const holds = reason !== undefined && now < new Date(reason.until)
    failed ||= !holds
    lines.push(`audit: ${id} ${severity} ${name}: ${title}${holds ? ` (explained: ${reason.why})` : ''}`)
  }
  if (!failed) lines.push(`audit: no advisory that is not explained (${advisories.size} in all)`)
  return { asked: true, failed, lines }
}

/** `GHSA-…`, as advisories are known by everywhere. */
function idOf({ url, source }) {
  return /GHSA-[\w-]+/.exec(url ?? '')?.[0] ?? String(source)
}
