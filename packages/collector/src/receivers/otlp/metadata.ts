/** Request headers as processors read them: lower-case names, lists of values, no HTTP/2 pseudo headers. */
export function metadataOf(
  headers: Readonly<Record<string, string | readonly string[] | number | undefined>>,
): ReadonlyMap<string, readonly string[]> {
  const metadata = new Map<string, readonly string[]>()
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || name.startsWith(':')) continue
    metadata.set(name.toLowerCase(), Array.isArray(value) ? value.map(String) : [String(value)])
  }
  return metadata
}
