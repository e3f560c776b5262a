import type { MiddlewareHandler } from 'hono'

/** The UI loads only its own files; nothing may frame it; nothing is sniffed. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "worker-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  // No text becomes HTML or a script by way of the DOM: whatever still tries fails.
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ')

const PERMISSIONS_POLICY = 'camera=(), geolocation=(), microphone=(), payment=(), usb=()'

function isLocal(host: string): boolean {
  return /^(?:localhost|127\.|\[)/.test(host)
}

/** Security headers on every answer. */
export function securityHeaders(secure: boolean): MiddlewareHandler {
  return async (context, next) => {
    await next()
    const { headers } = context.res
    headers.set('content-security-policy', CONTENT_SECURITY_POLICY)
    headers.set('x-content-type-options', 'nosniff')
    headers.set('referrer-policy', 'no-referrer')
    headers.set('x-frame-options', 'DENY')
    headers.set('cross-origin-opener-policy', 'same-origin')
    headers.set('cross-origin-resource-policy', 'same-origin')
    headers.set('permissions-policy', PERMISSIONS_POLICY)
    // Not for localhost: the header would be for every other server there, too.
    if (secure && !isLocal(context.req.header('host') ?? '')) {
      headers.set('strict-transport-security', 'max-age=31536000')
    }
  }
}
