import { useMutation, useQueryClient, type QueryClient } from '@tanstack/react-query'
import { callEndpoint } from '@clew/contract/client'
import { getSession, signIn, signOut, type Session } from '@clew/contract/session'
import { endpointQuery, useEndpoint, type EndpointResult } from './use-endpoint.ts'

const SESSION_KEY = endpointQuery(getSession, {}).queryKey

/** Whether this browser has to sign in, and as whom it has. */
export function useSession(): EndpointResult<Session> {
  return useEndpoint(getSession, {}, { staleMs: Infinity })
}

/** A question was refused because the session is over, or the token revoked: asks the server anew who we are. */
export function sessionIsOver(client: QueryClient): void {
  void client.invalidateQueries({ queryKey: SESSION_KEY })
}

export interface SignIn {
  readonly send: (token: string) => void
  readonly busy: boolean
  readonly error: unknown
}

/** Begins a session with a token, which is sent once and kept nowhere in the page. */
export function useSignIn(): SignIn {
  const client = useQueryClient()
  const mutation = useMutation({
    mutationFn: (token: string) => callEndpoint(signIn, { token }),
    onSuccess: (session) => forgetAnswers(client, session),
  })
  return { send: mutation.mutate, busy: mutation.isPending, error: mutation.error }
}

/** Ends the session, and forgets everything that was shown in it. */
export function useSignOut(): () => void {
  const client = useQueryClient()
  const mutation = useMutation({
    mutationFn: () => callEndpoint(signOut, {}),
    onSuccess: (session) => forgetAnswers(client, session),
  })
  return () => mutation.mutate()
}

function forgetAnswers(client: QueryClient, session: Session): void {
  client.removeQueries({ predicate: (query) => query.queryKey[0] !== getSession.id })
  client.setQueryData(SESSION_KEY, session)
}
