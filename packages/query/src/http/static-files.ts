import { createHash } from 'node:crypto'
import { readFile, realpath } from 'node:fs/promises'
import { extname, join, sep } from 'node:path'
import type { MiddlewareHandler } from 'hono'

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
}

/**
 * Files of the built UI. A path that is no file gets index.html when a browser navigates to it, because the UI has its
 * own routes. Files under `assets/` have their hash in the name and are kept by browsers for good.
 */
export function staticFiles(directory: string): MiddlewareHandler {
  return async (context, next) => {
    const { method } = context.req
    if (method !== 'GET' && method !== 'HEAD') return await next()
    const path = decodePath(new URL(context.req.url).pathname)
    const isNavigation = context.req.header('accept')?.includes('text/html') === true
    const file =
      (path === undefined ? undefined : await readInside(directory, path === '/' ? '/index.html' : path)) ??
      (isNavigation ? await readInside(directory, '/index.html') : undefined)
    if (file === undefined) return await next()
    const etag = `"${createHash('sha256').update(file.bytes).digest('base64url').slice(0, 22)}"`
    const headers = {
      etag,
      'content-type': CONTENT_TYPES[extname(file.path)] ?? 'application/octet-stream',
      'cache-control': path?.startsWith('/assets/') === true ? 'public, max-age=31536000, immutable' : 'no-cache',
    }
    if (context.req.header('if-none-match') === etag) return context.body(null, 304, headers)
    return context.body(new Uint8Array(file.bytes), 200, headers)
  }
}

function decodePath(pathname: string): string | undefined {
  try {
    return decodeURIComponent(pathname)
  } catch {
    return undefined
  }
}

/** Never leaves the directory, not by `..` and not by a link. */
async function readInside(directory: string, path: string): Promise<{ path: string; bytes: Buffer } | undefined> {
  if (path.includes('\0')) return undefined
  try {
    const root = await realpath(directory)
    const full = await realpath(join(root, path))
    return full.startsWith(root + sep) ? { path: full, bytes: await readFile(full) } : undefined
  } catch {
    return undefined
  }
}
