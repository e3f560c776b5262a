import type { Resource } from '@opentelemetry/resources'
import { contextStorage } from '../context/agent-context.ts'
import { reportFinding } from '../findings/report-finding.ts'
import type { OtlpTransport } from '../otlp-transport.ts'
import type { Pipelines } from '../pipelines.ts'
import { detectedResource } from '../start-sdk.ts'
import { localRootOf } from '../tracer/local-root.ts'
import { profileSettingsFrom } from './profile-settings.ts'
import { ProfileSwitch } from './profile-switch.ts'
import type { ProfilerHost } from './profiler.ts'

/** What profiles need of the rest of the agent. */
export interface ProfilesOptions {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly serviceName: string | undefined
  readonly resource: Resource | undefined
  readonly open: Pipelines['openProfiles']
}

/** Answers of servers that know no profiles: the next request would fare no better. */
const NOT_KNOWN = new Set([404, 405, 415, 501])
/** Of one process; a request is some ten to hundred kilobytes. */
const MAX_QUEUED_BYTES = 8 * 1024 * 1024

/** The switch for profiles, with everything behind it; nothing of that is made before it is first on. */
export function createProfiles({ env, serviceName, resource, open }: ProfilesOptions): ProfileSwitch {
  const settings = profileSettingsFrom(env)
  const profiles: ProfileSwitch = new ProfileSwitch({
    settings,
    report: reportFinding,
    host: (failed): ProfilerHost => {
      const way: ReturnType<Pipelines['openProfiles']> = open({
        maxQueuedBytes: MAX_QUEUED_BYTES,
        onRefused: (status, reason) => {
          if (!NOT_KNOWN.has(status)) return failed(`profiles were not taken: ${reason}`)
          // What waits would fare no better.
          transport?.takePending()
          profiles.refused(reason)
        },
      })
      if (way !== undefined && 'problem' in way) reportFinding('configuration', way.problem)
      const transport: OtlpTransport | undefined = way === undefined || 'problem' in way ? undefined : way
      const storage = contextStorage()
      if (storage === undefined) failed('profiles carry no trace ids: the program has a context manager of its own')
      const owner = resource ?? detectedResource(serviceName)
      return {
        settings,
        programFile: process.argv[1],
        serviceName: String(owner.attributes['service.name'] ?? 'node'),
        storage,
        localRootOf,
        resource: () => owner.attributes,
        send: transport === undefined ? undefined : (body) => transport.enqueue(body, 1),
        failed,
      }
    },
  })
  return profiles
}
