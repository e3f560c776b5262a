/**
 * What is wrong with the dependencies, as sentences: versions that are not exact, packages from elsewhere than the registry or
 * without a hash, programs that would run at installation without a reason, versions that are denied, licences nobody looked at.
 *
 * @param {object} lock package-lock.json
 * @param {ReadonlyMap<string, object>} manifests package.json files by path
 * @param {object} policy scripts/dependencies/policy.json
 * @returns {string[]}
 */
export function lockProblems(lock, manifests, policy) {
  const problems = []
  for (const [path, manifest] of manifests) problems.push(...manifestProblems(path, manifest))
  const seenScripts = new Set()
  for (const [path, entry] of Object.entries(lock.packages)) {
    if (!path.includes('node_modules/') || entry.link === true) continue
    const name = `${path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)}@${entry.version}`
    const say = (text) => problems.push(`package-lock.json: ${name}: ${text}`)
    if (!EXACT.test(entry.version ?? '')) say('has no exact version')
    if (entry.resolved !== undefined) say(`comes from ${entry.resolved}, and not from whatever registry is set`)
    // npm writes no hash for a package it has never fetched: those for other systems than the one the lock was made on.
    const otherSystem = entry.optional === true && (entry.os !== undefined || entry.cpu !== undefined)
    if (!(entry.integrity ?? '').startsWith('sha512-') && !otherSystem) say('has no sha512 hash')
    if (entry.hasInstallScript === true) {
      seenScripts.add(name)
      if (policy.installScripts[name] === undefined)
        say('runs a program at installation, and no reason is given for it')
    }
    if (policy.denied[name] !== undefined) say(`is denied: ${policy.denied[name]}`)
    if (entry.license !== undefined && !licenseAllowed(entry.license, policy.licenses)) {
      say(`has a licence nobody looked at: ${entry.license}`)
    }
  }
  for (const name of Object.keys(policy.installScripts)) {
    if (!seenScripts.has(name)) problems.push(`policy.json: ${name} is gone, and its reason can go, too`)
  }
  return problems
}

const EXACT = /^\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?$/

function manifestProblems(path, manifest) {
  const kinds = ['dependencies', 'devDependencies', 'optionalDependencies', 'overrides']
  return kinds.flatMap((kind) =>
    Object.entries(manifest[kind] ?? {})
      .filter(([, version]) => !EXACT.test(version))
      .map(([name, version]) => `${path}: ${kind}.${name} is '${version}' and not an exact version`),
  )
}

/** `(MIT OR Apache-2.0)` is fine when one of them is; with AND all must be. */
function licenseAllowed(license, allowed) {
  const parts = license.replace(/[()]/g, '').split(/ (OR|AND) /)
  const names = parts.filter((part) => part !== 'OR' && part !== 'AND')
  return parts.includes('OR')
    ? names.some((name) => allowed.includes(name))
    : names.every((name) => allowed.includes(name))
}
