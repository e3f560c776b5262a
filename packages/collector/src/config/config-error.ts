import { ClewError } from '@clew/base/errors'

/** A place in a configuration source. Lines and columns count from 1. */
export interface Position {
  /** As given on the command line: a path, `env:NAME`, `yaml:…`, `--set`. */
  readonly source: string
  readonly line: number
  readonly column: number
}

export type ConfigErrorCode =
  | 'CONFIG_READ'
  | 'CONFIG_SYNTAX'
  | 'CONFIG_EXPANSION'
  | 'CONFIG_UNKNOWN_KEY'
  | 'CONFIG_UNKNOWN_TYPE'
  | 'CONFIG_VALUE'
  | 'CONFIG_REFERENCE'
  | 'CONFIG_GRAPH'

export interface ConfigErrorOptions {
  readonly code: ConfigErrorCode
  /** Keys from the top, for example `['exporters', 'otlp_http', 'endpoint']`. */
  readonly path: readonly (string | number)[]
  readonly position: Position | undefined
  /** What is wrong, without place and path. */
  readonly problem: string
  readonly fix?: string | undefined
}

/** One thing that is wrong in a configuration. The message reads `file:line:col: a::b::c: what`; `fix` says what to do. */
export class ConfigError extends ClewError {
  readonly path: readonly (string | number)[]
  readonly position: Position | undefined
  readonly problem: string

  constructor(options: ConfigErrorOptions) {
    const { position, problem } = options
    const place = position === undefined ? '' : `${position.source}:${position.line}:${position.column}: `
    const path = formatPath(options.path)
    super(options.code, `${place}${path === '' ? '' : `${path}: `}${problem}`, { fix: options.fix })
    this.name = 'ConfigError'
    this.path = options.path
    this.position = position
    this.problem = problem
  }
}

/** `a::b[0]::c`, as upstream writes paths. */
export function formatPath(path: readonly (string | number)[]): string {
  let text = ''
  for (const part of path) text += typeof part === 'number' ? `[${part}]` : text === '' ? part : `::${part}`
  return text
}
