import { SCOPES } from '@clew/base/scope'
import { z } from 'zod'
import { defineEndpoint } from './endpoint.ts'

const session = z.object({
  /** False while no token is set: nobody needs to sign in. */
  required: z.boolean(),
  /** Who asks, by their session or token; null for a stranger. */
  caller: z.object({ name: z.string(), scopes: z.array(z.enum(SCOPES)) }).nullable(),
  /** When the browser session ends; null when there is none. */
  expiresAtMs: z.number().nullable(),
})
export type Session = z.infer<typeof session>

export const getSession = defineEndpoint({
  id: 'getSession',
  group: 'session',
  method: 'GET',
  path: '/api/session',
  summary: 'Whether callers need a token here, and who is asking',
  scope: 'nobody',
  input: z.object({}),
  output: session,
})

export const signIn = defineEndpoint({
  id: 'signIn',
  group: 'session',
  method: 'POST',
  path: '/api/session',
  summary: 'Begin a browser session with a token; the answer sets a cookie that scripts cannot read',
  scope: 'nobody',
  body: true,
  input: z.object({ token: z.string().min(1).max(1024) }),
  output: session,
})

export const signOut = defineEndpoint({
  id: 'signOut',
  group: 'session',
  method: 'POST',
  path: '/api/session/end',
  summary: 'End the browser session',
  scope: 'nobody',
  input: z.object({}),
  output: session,
})
