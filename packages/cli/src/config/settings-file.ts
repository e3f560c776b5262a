import { readFileSync } from 'node:fs'
import { ClewError, errorMessage } from '@clew/base/errors'
import { didYouMean } from '@clew/base/did-you-mean'
import { LineCounter, isMap, isScalar, parseDocument } from 'yaml'
import { fileKey } from './setting-names.ts'
import { SETTING_KEYS } from './settings.ts'
import type { SettingKey } from './settings.ts'

/** A value from clew.yaml and where it stands, for error messages. */
export interface FileValue {
  readonly value: unknown
  readonly where: string
}

/** Reads clew.yaml: a flat map of settings. Throws ClewError('BAD_SETTINGS') naming file, line and column. */
export function readSettingsFile(path: string): Map<SettingKey, FileValue> {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (cause) {
    throw new ClewError('BAD_SETTINGS', `cannot read the settings file ${path}: ${errorMessage(cause)}`, { cause })
  }
  return parseSettings(text, path)
}

/** The part of `readSettingsFile` that needs no file. */
export function parseSettings(text: string, path: string): Map<SettingKey, FileValue> {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines })
  const at = (offset: number | undefined): string => {
    const { line, col } = lines.linePos(offset ?? 0)
    return `${path}:${line}:${col}`
  }
  const broken = document.errors[0]
  if (broken !== undefined) {
    throw new ClewError('BAD_SETTINGS', `${at(broken.pos[0])}: ${broken.message.split('\n')[0] ?? 'is not YAML'}`)
  }
  const values = new Map<SettingKey, FileValue>()
  if (document.contents === null) return values
  if (!isMap(document.contents)) {
    throw new ClewError('BAD_SETTINGS', `${at(0)}: expected settings such as 'port: 4320', one a line`)
  }
  const known = new Map(SETTING_KEYS.map((key) => [fileKey(key), key]))
  for (const pair of document.contents.items) {
    const name = isScalar(pair.key) ? String(pair.key.value) : ''
    const where = at((pair.key as { range?: [number, number, number] }).range?.[0])
    const key = known.get(name.replaceAll('-', '_'))
    if (key === undefined) {
      const near = didYouMean(name, known.keys())
      throw new ClewError('BAD_SETTINGS', `${where}: there is no setting '${name}'`, {
        fix: near === undefined ? `there are: ${[...known.keys()].join(', ')}` : `did you mean '${near}'?`,
      })
    }
    const value: unknown = document.get(name)
    const plain = typeof value === 'object' && value !== null ? document.getIn([name], false) : value
    values.set(key, { value: toPlain(plain), where })
  }
  return values
}

function toPlain(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'toJSON' in value
    ? (value as { toJSON(): unknown }).toJSON()
    : value
}
