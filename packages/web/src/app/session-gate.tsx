import type { ReactNode } from 'react'
import { useSession } from '../api/session.ts'
import { ErrorState, LoadingState } from '../ui/states.tsx'
import { SignInPage } from './sign-in-page.tsx'

/** Shows its children to whoever may see them, and the sign-in page to everybody else. The address stays for afterwards. */
export function SessionGate({ children }: { children: ReactNode }) {
  const { data, error, refetch } = useSession()
  if (data !== undefined) return data.required && data.caller === null ? <SignInPage /> : children
  if (error !== null) return <ErrorState error={error} onRetry={refetch} />
  return <LoadingState label="Asking whether you are signed in" />
}
