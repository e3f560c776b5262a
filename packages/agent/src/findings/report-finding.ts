import { logs, SeverityNumber } from '@opentelemetry/api-logs'

/**
 * What can be wrong with the instrumentation of a program:
 * - `loaded-before-agent`: a library was in memory before the agent could see it
 * - `bundled`: libraries are inside the program's own file, where load-time instrumentation does not reach
 * - `api-copies`: several copies of the OpenTelemetry API
 * - `second-sdk`: an SDK that the program sets up does again what the agent does
 * - `unsupported-version`: a library that is known, in a version that is not
 * - `plugin-failed`: an instrumentation did not work and is off
 * - `rule-matched-nothing`: a rule of the user that found no place
 * - `rule-not-applied`: a place that a rule of the user found and that was left as it is
 * - `context-lost`: work that starts a new trace although a request is active nearby
 * - `telemetry-lost`: something was recorded and could not be delivered
 * - `reduced`: the agent does less than asked, to stay within its budget
 * - `configuration`: a setting that cannot be used
 */
export type FindingKind =
  | 'loaded-before-agent'
  | 'bundled'
  | 'api-copies'
  | 'second-sdk'
  | 'unsupported-version'
  | 'plugin-failed'
  | 'rule-matched-nothing'
  | 'rule-not-applied'
  | 'context-lost'
  | 'telemetry-lost'
  | 'reduced'
  | 'configuration'

/** One thing the agent has to say about itself. */
interface Finding {
  readonly kind: FindingKind
  readonly text: string
  readonly atMs: number
}

/** Event name of the log records that carry findings. */
const FINDING_EVENT = 'clew.agent.finding'

const MAX_FINDINGS = 200

const findings: Finding[] = []
const seen = new Set<string>()
let open = false
let refusing = false

/**
 * Says once what is not instrumented, or not as asked, and why: one sentence for people, with what to do. It leaves as a
 * log record (event `clew.agent.finding`, attribute `clew.finding.kind`, severity WARN) as soon as the logs are set up, and
 * `clew doctor` and the UI show it. The same text is said once; after 200 different ones it says only that there are more. Never throws.
 */
export function reportFinding(kind: FindingKind, text: string): void {
  const key = `${kind} ${text}`
  if (seen.has(key)) return
  if (findings.length < MAX_FINDINGS) {
    seen.add(key)
    add({ kind, text, atMs: Date.now() })
  } else if (!refusing) {
    refusing = true
    add({ kind, text: `there are more than ${MAX_FINDINGS} findings; the rest is not said`, atMs: Date.now() })
  }
}

function add(finding: Finding): void {
  findings.push(finding)
  if (open) emit(finding)
}

/** Sends what was found so far, and from now on everything at once. To be called when the logs have a way out. */
export function openFindings(): void {
  if (open) return
  open = true
  for (const finding of findings) emit(finding)
}

/** Everything found so far, oldest first. */
export function allFindings(): readonly Finding[] {
  return findings
}

function emit({ kind, text, atMs }: Finding): void {
  try {
    logs.getLogger('@clew/agent/findings').emit({
      eventName: FINDING_EVENT,
      timestamp: atMs,
      severityNumber: SeverityNumber.WARN,
      severityText: 'WARN',
      body: text,
      attributes: { 'clew.finding.kind': kind },
    })
  } catch {
    // A finding about a finding helps nobody.
  }
}
