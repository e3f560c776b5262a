/** What a statement is about, in few words that are the same for all statements of its kind. */
export interface SqlSummary {
  /** The statement with its literals replaced by `?`, cut at 4,096 characters. */
  readonly text: string
  /** `SELECT orders`, `INSERT orders`, `SELECT orders customers`; at most 255 characters. */
  readonly summary: string
  /** `SELECT`; undefined for text that begins with no word. */
  readonly operation: string | undefined
  /** The table, when there is exactly one. */
  readonly collection: string | undefined
}

const MAX_TEXT_CHARS = 4096
const MAX_SUMMARY_CHARS = 255
const MAX_READ_CHARS = 32 * 1024
const MAX_REMEMBERED = 500
const MAX_REMEMBERED_CHARS = 2048

const remembered = new Map<string, SqlSummary>()

/** Reads a statement; the same text is read once. Semantic conventions: database spans, generating a summary. */
export function summarizeSql(sql: string): SqlSummary {
  const known = remembered.get(sql)
  if (known !== undefined) return known
  const read = readSql(sql.length > MAX_READ_CHARS ? sql.slice(0, MAX_READ_CHARS) : sql)
  if (sql.length <= MAX_REMEMBERED_CHARS) {
    if (remembered.size >= MAX_REMEMBERED) remembered.delete(remembered.keys().next().value!)
    remembered.set(sql, read)
  }
  return read
}

// In this order: comments, literals (dollar-quoted, quoted, numbers), quoted names, words, anything else.
const TOKEN =
  /(--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|#(?=\s)[^\n]*)|(\$([A-Za-z_]\w*)?\$[\s\S]*?(?:\$\3\$|$)|[eEnNxXbB]?'(?:[^'\\]|''|\\[\s\S])*(?:'|$)|(?<![\w$@:.])(?:0[xX][\da-fA-F]+|\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+)(?!\w))|("(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[A-Za-z_][^\]\n]*\])|([A-Za-z_][\w$]*)|(\s+)|([\s\S])/gy

/** Words after which the name of a table comes. */
const BEFORE_TABLE = new Set(['FROM', 'JOIN', 'INTO', 'UPDATE', 'TABLE'])
const NOT_A_TABLE = new Set('SELECT SET VALUES WHERE ONLY IF NOT EXISTS LATERAL UNNEST AS ON USING'.split(' '))
const OPERATIONS = new Set('SELECT INSERT UPDATE DELETE MERGE REPLACE'.split(' '))

function readSql(sql: string): SqlSummary {
  let text = ''
  const parts: string[] = []
  const tables: string[] = []
  let operation: string | undefined
  let expectTable = false
  let name = ''
  let joining = false
  const endName = (): void => {
    if (name !== '') {
      parts.push(name)
      tables.push(name)
    }
    name = ''
    joining = false
  }
  for (const match of sql.matchAll(TOKEN)) {
    const [all, comment, literal, , quoted, word, space] = match
    if (comment !== undefined) continue
    text += literal === undefined ? all : '?'
    if (space !== undefined) continue
    if (name !== '' && !joining && all !== '.') {
      endName()
      // FROM a, b
      expectTable = all === ','
      if (expectTable) continue
    }
    if (all === '.' && name !== '') {
      name += '.'
      joining = true
      continue
    }
    const upper = word?.toUpperCase()
    if (joining || (expectTable && (quoted !== undefined || (upper !== undefined && !NOT_A_TABLE.has(upper))))) {
      name += quoted === undefined ? (word ?? '') : quoted.slice(1, -1)
      joining = false
      expectTable = false
      continue
    }
    if (upper === undefined) {
      if (all === '(') expectTable = false
      continue
    }
    if (operation === undefined) operation = upper
    // CREATE TABLE, but SELECT … FOR UPDATE and ON DELETE CASCADE are nothing new.
    if (parts.length === 0) parts.push(upper)
    else if (OPERATIONS.has(upper) && !/\b(?:FOR|ON|DO|KEY|NO)\s+\w+$/i.test(text)) parts.push(upper)
    if (BEFORE_TABLE.has(upper) && !/\b(?:FOR|ON|DO|KEY|NO)\s+\w+$/i.test(text)) expectTable = true
  }
  endName()
  if (operation === 'WITH') operation = parts.find((part) => OPERATIONS.has(part)) ?? operation
  return {
    text: text.trim().slice(0, MAX_TEXT_CHARS),
    summary: parts.join(' ').slice(0, MAX_SUMMARY_CHARS),
    operation,
    collection: new Set(tables).size === 1 ? tables[0] : undefined,
  }
}
