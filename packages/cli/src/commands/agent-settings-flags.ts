import { ClewError } from '@clew/base/errors'
import { parseGoDuration } from '@clew/base/go-duration'
import { LOG_LEVELS, SEVERITIES } from '@clew/opamp/live-settings'
import type { LiveSettings, SamplingRule, SamplingSettings, TailSettings } from '@clew/opamp/live-settings'
import { parseLiveSettingsText } from '@clew/opamp/parse-live-settings'
import { Option } from 'commander'
import type { Command } from 'commander'

/** What `clew agents set` understands, as commander gives it. */
export interface AgentSettingsFlags {
  readonly sample?: string
  readonly rate?: string
  readonly rule: readonly string[]
  readonly keepSlow?: string
  readonly keepErrors?: boolean
  readonly keepRare?: string
  readonly keepRate?: string
  readonly keep: boolean
  readonly logLevel?: LiveSettings['logLevel']
  readonly minSeverity?: LiveSettings['minSeverity']
  readonly instrumentation: readonly string[]
  readonly instrumentationRule: readonly string[]
  readonly profile?: boolean
  readonly settings?: string
}

/** Adds the flags. */
export function addAgentSettingsFlags(command: Command): Command {
  return command
    .option('--sample <share>', 'share of the traces to keep, 0 to 1; raises what callers chose, never breaks a trace')
    .option('--rate <count>', 'traces to keep in a second, on average')
    .option(
      '--rule <rule>',
      'sampling rule, for example path=/health*,share=0; repeat, the first that applies decides',
      append,
      [],
    )
    .option('--keep-slow <duration>', 'keep every trace whose part in the service takes so long, for example 500ms')
    .option('--keep-errors', 'keep every trace that failed in the service')
    .option('--keep-rare <count>', 'keep the first so many traces of each operation in a minute')
    .option('--keep-rate <count>', 'traces to keep for these reasons in a second, on average')
    .option('--no-keep', 'decide at the start of a trace only')
    .addOption(new Option('--log-level <level>', 'what the agent says about itself, as logs').choices([...LOG_LEVELS]))
    .addOption(new Option('--min-severity <level>', 'log records below are not sent').choices([...SEVERITIES]))
    .option('--instrumentation <name=on|off>', 'switch an instrumentation; repeat', append, [])
    .option('--instrumentation-rule <name=on|off>', 'switch a rule of clew.rules.yaml; repeat', append, [])
    .option('--profile', 'take profiles')
    .option('--no-profile', 'take none')
    .option('--settings <json>', 'settings as JSON; the flags above go on top')
}

/** The settings that flags ask for. Throws ClewError USAGE that names the flag. */
export function settingsFromAgentFlags(flags: AgentSettingsFlags): LiveSettings {
  const base = flags.settings === undefined ? {} : jsonSettings(flags.settings)
  const sampling = samplingOf(flags, base.sampling)
  const instrumentations = switchesOf('--instrumentation', flags.instrumentation)
  const rules = switchesOf('--instrumentation-rule', flags.instrumentationRule)
  return {
    ...base,
    ...(sampling === undefined ? {} : { sampling }),
    ...(flags.logLevel === undefined ? {} : { logLevel: flags.logLevel }),
    ...(flags.minSeverity === undefined ? {} : { minSeverity: flags.minSeverity }),
    ...(instrumentations === undefined ? {} : { instrumentations: { ...base.instrumentations, ...instrumentations } }),
    ...(rules === undefined ? {} : { rules: { ...base.rules, ...rules } }),
    ...(flags.profile === undefined ? {} : { profile: flags.profile }),
  }
}

function samplingOf(flags: AgentSettingsFlags, base: SamplingSettings | undefined): SamplingSettings | undefined {
  const tail: TailSettings = {
    ...(flags.keepSlow === undefined ? {} : { slowMs: durationOf('--keep-slow', flags.keepSlow) }),
    ...(flags.keepErrors === true ? { errors: true } : {}),
    ...(flags.keepRare === undefined ? {} : { rarePerMinute: numberOf('--keep-rare', flags.keepRare) }),
    ...(flags.keepRate === undefined ? {} : { perSecond: numberOf('--keep-rate', flags.keepRate) }),
  }
  const some = Object.keys(tail).length > 0
  if (some && !flags.keep) throw usage('--no-keep', 'contradicts the other --keep flags')
  const sampling: SamplingSettings = {
    ...base,
    ...(flags.sample === undefined ? {} : { share: numberOf('--sample', flags.sample, 1) }),
    ...(flags.rate === undefined ? {} : { perSecond: numberOf('--rate', flags.rate) }),
    ...(flags.rule.length === 0 ? {} : { rules: flags.rule.map(ruleOf) }),
    ...(some ? { tail } : flags.keep ? {} : { tail: false as const }),
  }
  return Object.keys(sampling).length === 0 ? undefined : sampling
}

const RULE_KEYS = ['name', 'span', 'kind', 'path', 'route'] as const

/** `path=/health*,share=0`; any other key is an attribute. */
function ruleOf(text: string): SamplingRule {
  const rule: Record<string, unknown> = {}
  const attributes: Record<string, string> = {}
  for (const part of text.split(',')) {
    const at = part.indexOf('=')
    if (at <= 0) throw usage('--rule', `'${part}' is not key=value`)
    const key = part.slice(0, at).trim()
    const value = part.slice(at + 1).trim()
    if (key === 'share') rule['share'] = numberOf('--rule', value, 1)
    else if (RULE_KEYS.some((known) => known === key)) rule[key] = value
    else attributes[key] = value
  }
  if (rule['share'] === undefined) throw usage('--rule', `'${text}' has no share, for example path=/health*,share=0`)
  return { ...(Object.keys(attributes).length === 0 ? {} : { attributes }), ...rule } as SamplingRule
}

function switchesOf(flag: string, entries: readonly string[]): Record<string, boolean> | undefined {
  if (entries.length === 0) return undefined
  return Object.fromEntries(
    entries.map((entry) => {
      const [, name, state] = /^(.+)=(on|off)$/.exec(entry.trim()) ?? []
      if (name === undefined) throw usage(flag, `'${entry}' is not name=on or name=off`)
      return [name, state === 'on'] as const
    }),
  )
}

function jsonSettings(text: string): LiveSettings {
  const { settings, problems } = parseLiveSettingsText(text)
  if (problems.length > 0) throw usage('--settings', problems.join('; '))
  return settings
}

function numberOf(flag: string, text: string, max = Number.POSITIVE_INFINITY): number {
  const value = text.trim() === '' ? Number.NaN : Number(text)
  if (value >= 0 && value <= max && Number.isFinite(value)) return value
  throw usage(flag, `'${text}' is not a number${max === 1 ? ' from 0 to 1' : ''}`)
}

function durationOf(flag: string, text: string): number {
  const ms = parseGoDuration(text)
  if (ms === undefined || ms < 0) throw usage(flag, `'${text}' is not a duration, for example 500ms`)
  return ms
}

function usage(flag: string, text: string): ClewError {
  return new ClewError('USAGE', `${flag}: ${text}`, { fix: 'clew agents set --help' })
}

function append(value: string, all: readonly string[]): string[] {
  return [...all, value]
}
