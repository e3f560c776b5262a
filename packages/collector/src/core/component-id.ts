/** `type` or `type/name`, as components are called in configurations. */
export interface ComponentId {
  readonly type: string
  readonly name: string
}

const TYPE = /^[a-zA-Z][0-9a-zA-Z_]{0,62}$/
const NAME = /^[^\p{Z}\p{C}\p{S}]+$/u
const MAX_NAME_CHARS = 1024

/** Reads an id. Returns the reason as a string when it is not one. */
export function parseComponentId(text: string): ComponentId | string {
  const slash = text.indexOf('/')
  const type = (slash < 0 ? text : text.slice(0, slash)).trim()
  const name = slash < 0 ? '' : text.slice(slash + 1).trim()
  if (type === '') return `in "${text}" id: the part before / should not be empty`
  if (slash >= 0 && name === '') return `in "${text}" id: the part after / should not be empty`
  if (!TYPE.test(type)) return `invalid character(s) in type "${type}"`
  if (name.length > MAX_NAME_CHARS) return `name "${name.slice(0, 20)}…" is longer than ${MAX_NAME_CHARS} characters`
  if (name !== '' && !NAME.test(name)) return `invalid character(s) in name "${name}"`
  return { type, name }
}
