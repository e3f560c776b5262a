import type { Parameter, Sql } from '@clew/store/sql/sql'

/** A statement with its values in place, for people to read. Never for running. */
export function showSql(statement: Sql): string {
  let text = statement.parts[0] ?? ''
  statement.values.forEach((value, i) => {
    text += showParameter(value) + (statement.parts[i + 1] ?? '')
  })
  return text
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line.trim() !== '')
    .join('\n')
    .trim()
}

function showParameter(parameter: Parameter): string {
  const { encoded, open, close, type } = parameter
  const isHex = open.includes('unhex(')
  if (typeof encoded !== 'string') return `[${encoded.map((item) => (isHex ? showHex(item) : item)).join(', ')}]`
  if (!isHex) return encoded
  return open === 'unhex(' && type === 'String' ? showHex(encoded) : `${open}'${encoded}'${close}`
}

function showHex(hex: string): string {
  const bytes = Buffer.from(hex, 'hex')
  const text = bytes.toString()
  // Ids and other raw bytes are shown as hex: as text they would be unreadable.
  const readable = Buffer.from(text).equals(bytes) && !/\p{Cc}/u.test(text.replaceAll(/[\n\t]/g, ''))
  if (!readable) return `unhex('${hex}')`
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n').replaceAll('\t', '\\t')}'`
}
