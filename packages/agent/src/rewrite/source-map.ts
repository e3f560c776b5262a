import remapping, { type SourceMapInput } from '@jridgewell/remapping'
import { readFileSync, statSync } from 'node:fs'
import { isAbsolute } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

/** A source map, version 3 of the format, with its mappings as text. */
export interface RawSourceMap {
  readonly version: number
  readonly sources: readonly (string | null)[]
  readonly sourcesContent?: readonly (string | null)[] | undefined
  readonly names: readonly string[]
  readonly mappings: string
  readonly sourceRoot?: string | undefined
  readonly file?: string | null | undefined
}

/** Larger maps are not followed: positions are then those of the file that was rewritten. */
const MAX_MAP_BYTES = 64 * 1024 * 1024

const URL_COMMENT = /(?:\/\/|\/\*)[#@]\s*sourceMappingURL=([^\s*]+)/g

/** The last `sourceMappingURL` of a text, as Node and browsers take it. */
export function sourceMapUrl(code: string): string | undefined {
  if (!code.includes('sourceMappingURL=')) return undefined
  let last: string | undefined
  for (const [, url] of code.matchAll(URL_COMMENT)) last = url
  return last
}

/**
 * The map that a text brings along, inline or in a file beside it, with its sources as absolute URLs. Undefined when it has
 * none, or when that cannot be read.
 */
export function inputSourceMap(code: string, path: string): RawSourceMap | undefined {
  const url = sourceMapUrl(code)
  if (url === undefined) return undefined
  try {
    if (url.startsWith('data:')) return withAbsoluteSources(parseMap(dataUrlText(url)), pathToFileURL(path))
    const mapUrl = new URL(url, pathToFileURL(path))
    if (mapUrl.protocol !== 'file:') return undefined
    const mapPath = fileURLToPath(mapUrl)
    if (statSync(mapPath).size > MAX_MAP_BYTES) return undefined
    return withAbsoluteSources(parseMap(readFileSync(mapPath, 'utf8')), mapUrl)
  } catch {
    return undefined
  }
}

function parseMap(text: string): RawSourceMap {
  const map = JSON.parse(text) as RawSourceMap
  if (typeof map.mappings !== 'string' || !Array.isArray(map.sources)) throw new TypeError('not a source map')
  return map
}

function dataUrlText(url: string): string {
  const comma = url.indexOf(',')
  const body = url.slice(comma + 1)
  return url.slice(0, comma).endsWith(';base64')
    ? Buffer.from(body, 'base64').toString('utf8')
    : decodeURIComponent(body)
}

/** Sources as absolute URLs, so that the map may be moved. */
export function withAbsoluteSources(map: RawSourceMap, mapUrl: URL): RawSourceMap {
  const { sourceRoot, ...rest } = map
  const root = sourceRoot === undefined || sourceRoot === '' ? '' : sourceRoot.replace(/\/?$/, '/')
  const absolute = (source: string | null): string | null => {
    if (source === null) return null
    if (isAbsolute(source)) return pathToFileURL(source).href
    return URL.canParse(`${root}${source}`) ? `${root}${source}` : new URL(`${root}${source}`, mapUrl).href
  }
  return { ...rest, sources: map.sources.map(absolute) }
}

/** One map for a chain of them, the newest first. */
export function chainSourceMaps(newestFirst: readonly RawSourceMap[]): RawSourceMap | undefined {
  const [only] = newestFirst
  if (newestFirst.length < 2) return only
  return remapping(newestFirst.map(mutable), () => null) as RawSourceMap
}

function mutable(map: RawSourceMap): SourceMapInput {
  return { ...map, version: 3, sources: [...map.sources], names: [...map.names] } as SourceMapInput
}

/** The comment that carries a map inside its text. */
export function inlineMapComment(map: RawSourceMap): string {
  const text = Buffer.from(JSON.stringify(map), 'utf8').toString('base64')
  return `//# sourceMappingURL=data:application/json;charset=utf-8;base64,${text}`
}
