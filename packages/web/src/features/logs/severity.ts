import type { Severity } from '@clew/contract/logs'

/** How a severity looks: a colour token, and a letter so that colour is never the only sign. */
export interface SeverityLook {
  readonly colorToken: string
  readonly letter: string
  readonly label: string
}

const LOOKS: Readonly<Record<Severity, SeverityLook>> = {
  unspecified: { colorToken: '--control-border', letter: '·', label: 'no severity' },
  trace: { colorToken: '--control-border', letter: 'T', label: 'trace' },
  debug: { colorToken: '--text-faint', letter: 'D', label: 'debug' },
  info: { colorToken: '--service-13', letter: 'I', label: 'info' },
  warn: { colorToken: '--warn', letter: 'W', label: 'warn' },
  error: { colorToken: '--error-mark', letter: 'E', label: 'error' },
  fatal: { colorToken: '--error', letter: 'F', label: 'fatal' },
}

/** Colour and letter of a severity. */
export function severityLook(severity: Severity): SeverityLook {
  return LOOKS[severity]
}
