import { QueryClient } from '@tanstack/react-query'
import { ClewError } from '@clew/base/errors'

/** Server answers live here and nowhere else. A superseded question is aborted, down to the database. */
export const queryClient: QueryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      gcTime: 5 * 60_000,
      refetchOnWindowFocus: false,
      retry: (failures, error) => failures < 2 && error instanceof ClewError && error.code === 'UNREACHABLE',
    },
  },
})
