import { ClewError } from '@clew/base/errors'
import type { Endpoint } from '@clew/contract/endpoint'
import { getSession, signIn, signOut, type Session } from '@clew/contract/session'
import type { Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import type { Caller } from '../ports.ts'
import type { Callers } from './callers.ts'

/** Endpoints that deal in cookies. */
export const SESSION_ENDPOINTS: readonly Endpoint[] = [getSession, signIn, signOut]

const MAX_BODY_BYTES = 4096

/** Sign in, sign out, and who is asking. */
export function sessionRoutes(app: Hono, callers: Callers): void {
  const answer = (context: Context, session: Session): Response => {
    context.header('cache-control', 'no-store')
    return context.json(session)
  }
  app.get(getSession.path, (context) => answer(context, describe(context, callers)))
  app.post(
    signIn.path,
    bodyLimit({
      maxSize: MAX_BODY_BYTES,
      onError: () => {
        throw new ClewError('BAD_INPUT', 'the body is too long')
      },
    }),
    async (context) => {
      const { token } = await readToken(context)
      const caller = callers.auth.identify(`Bearer ${token}`)
      if (caller === undefined) {
        callers.auth.refusal(undefined, 'read')
        throw new ClewError('WRONG_TOKEN', 'this token is not known here', {
          fix: 'check that it was copied whole, or make one with `clew token create <name>`',
        })
      }
      const expiresAtMs = callers.begin(context, caller)
      return answer(context, { required: callers.auth.required(), caller: shown(caller), expiresAtMs })
    },
  )
  app.post(signOut.path, (context) => {
    callers.end(context)
    return answer(context, { required: callers.auth.required(), caller: null, expiresAtMs: null })
  })
}

function describe(context: Context, callers: Callers): Session {
  const found = callers.find(context)
  return {
    required: callers.auth.required(),
    caller: found === undefined ? null : shown(found.caller),
    expiresAtMs: found?.session?.expiresAtMs ?? null,
  }
}

function shown({ name, scopes }: Caller): NonNullable<Session['caller']> {
  return { name, scopes: [...scopes] }
}

/** A form of another site cannot send JSON without being asked first, so nothing else is taken. */
async function readToken(context: Context): Promise<{ token: string }> {
  if (!/^application\/json(?:;|$)/.test(context.req.header('content-type') ?? '')) {
    throw new ClewError('BAD_INPUT', 'the body must be application/json')
  }
  const parsed = signIn.input.safeParse(await context.req.json().catch(() => undefined))
  if (parsed.success) return parsed.data
  throw new ClewError('BAD_INPUT', 'the body must be {"token": "…"}')
}
