import { join } from 'node:path'
import type { Language, LaunchTarget } from './language.ts'

/** Build tools and launchers that start a JVM, or are one: they read JAVA_TOOL_OPTIONS. */
const JVM_TOOLS = new Set('mvn mvnw gradle gradlew sbt lein scala kotlin groovy jbang catalina'.split(' '))

const MISSING =
  'Java is not instrumented: no opentelemetry-javaagent.jar was found; download it and set CLEW_JAVA_AGENT to its path'

/**
 * Java: the OpenTelemetry Java agent, from CLEW_JAVA_AGENT, the working folder, ~/.clew/agents, where packages put it, or
 * the local Maven repository. `java` gets it as an option, everything else by JAVA_TOOL_OPTIONS.
 */
export const java: Language = {
  runs: ({ name }) => name === 'java' || JVM_TOOLS.has(name),
  launch(target) {
    if (hasAgent(target)) return
    const jar = findJar(target)
    if (jar === undefined) target.notes.push(MISSING)
    // As an option it is not announced on standard error, and does not go to what the program starts.
    else if (target.name === 'java') target.args = [`-javaagent:${jar}`, ...target.args]
    else viaEnvironment(target, jar)
  },
  prepare(target) {
    const jar = hasAgent(target) ? undefined : findJar(target)
    if (jar !== undefined) viaEnvironment(target, jar)
  },
}

function hasAgent({ args, env }: LaunchTarget): boolean {
  return /-javaagent:/.test(`${args.join(' ')} ${env['JAVA_TOOL_OPTIONS'] ?? ''}`)
}

function viaEnvironment({ env }: LaunchTarget, jar: string): void {
  // Spaces end an option there unless it is quoted.
  const option = /\s/.test(jar) ? `"-javaagent:${jar}"` : `-javaagent:${jar}`
  env['JAVA_TOOL_OPTIONS'] = `${env['JAVA_TOOL_OPTIONS'] ?? ''} ${option}`.trim()
}

function findJar({ env, files }: LaunchTarget): string | undefined {
  const given = env['CLEW_JAVA_AGENT']?.trim()
  const home = env['HOME'] ?? ''
  const name = 'opentelemetry-javaagent.jar'
  const fixed = [
    ...(given ? [given] : []),
    name,
    join(home, '.clew/agents', name),
    '/usr/lib/opentelemetry/jvm/javaagent.jar',
    join('/opt/opentelemetry', name),
    join('/opt', name),
  ]
  return fixed.find((path) => files.isFile(path)) ?? fromMaven(join(home, '.m2/repository'), files)
}

function fromMaven(repository: string, files: LaunchTarget['files']): string | undefined {
  const folder = join(repository, 'io/opentelemetry/javaagent/opentelemetry-javaagent')
  return [...files.list(folder)]
    .sort(byVersion)
    .map((version) => join(folder, version, `opentelemetry-javaagent-${version}.jar`))
    .find((path) => files.isFile(path))
}

/** Newest first. */
function byVersion(a: string, b: string): number {
  return b.localeCompare(a, 'en', { numeric: true })
}
