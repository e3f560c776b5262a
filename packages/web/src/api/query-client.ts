import { QueryCache, QueryClient } from '@tanstack/react-query'
import { ClewError } from '@clew/base/errors'
import { sessionIsOver } from './session.ts'

/** Server answers live here and nowhere else. A superseded question is aborted, down to the database. */
export const queryClient: QueryClient = new QueryClient({
  queryCache: new QueryCache({
    onError: (error) => {
      if (error instanceof ClewError && error.code === 'UNAUTHENTICATED') sessionIsOver(queryClient)
    },
  }),
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      gcTime: 5 * 60_000,
      refetchOnWindowFocus: false,
      retry: (failures, error) => failures < 2 && error instanceof ClewError && error.code === 'UNREACHABLE',
    },
  },
})
