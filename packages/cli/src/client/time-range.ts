import { Option } from 'commander'
import type { Command } from 'commander'

/** Options that pick a period. */
export interface RangeOptions {
  readonly since: string
  readonly until: string
}

/** Adds `--since` and `--until`. */
export function addRangeOptions(command: Command, sinceDefault = '1h'): Command {
  return command
    .addOption(
      new Option('--since <time>', 'from when on: 15m, 2h, 7d ago, or a time such as 2026-01-31T12:00:00Z').default(
        sinceDefault,
      ),
    )
    .addOption(new Option('--until <time>', 'until when, in the same forms').default('now'))
}

/** The range as the API takes it: `15m` means `now-15m`. */
export function apiRange(options: RangeOptions): { start: string; end: string } {
  return { start: apiTime(options.since), end: apiTime(options.until) }
}

function apiTime(text: string): string {
  return /^(\d+(ns|us|ms|s|m|h|d|w))+$/.test(text) ? `now-${text}` : text
}
