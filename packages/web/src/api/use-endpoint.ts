import {
  keepPreviousData,
  queryOptions,
  useInfiniteQuery,
  useQuery,
  type InfiniteData,
  type UseInfiniteQueryResult,
} from '@tanstack/react-query'
import { callEndpoint } from '@clew/contract/client'
import type { Endpoint, InputOf, OutputOf } from '@clew/contract/endpoint'

export interface EndpointOptions {
  readonly enabled?: boolean
  /** Ask again at this interval while the tab is visible. */
  readonly refetchMs?: number | undefined
  /** How long an answer counts as fresh. */
  readonly staleMs?: number
}

export interface EndpointResult<Output> {
  /** The newest answer; that of the previous input while `busy`. */
  readonly data: Output | undefined
  readonly error: unknown
  /** First load: there is nothing to show yet. */
  readonly loading: boolean
  /** `data` belongs to an older question: show it dimmed. */
  readonly busy: boolean
  readonly refetch: () => void
}

/** The one query definition of an endpoint call: the key is the endpoint's id and its input. */
export function endpointQuery<E extends Endpoint>(endpoint: E, input: InputOf<E>) {
  return queryOptions({
    queryKey: [endpoint.id, input],
    queryFn: ({ signal }): Promise<OutputOf<E>> => callEndpoint(endpoint, input, { abort: signal }),
  })
}

/** Asks an endpoint, keeps the old answer while a new one loads, and aborts questions nobody waits for. */
export function useEndpoint<E extends Endpoint>(
  endpoint: E,
  input: InputOf<E>,
  options: EndpointOptions = {},
): EndpointResult<OutputOf<E>> {
  const result = useQuery({
    ...endpointQuery(endpoint, input),
    enabled: options.enabled ?? true,
    placeholderData: keepPreviousData,
    ...(options.refetchMs === undefined ? {} : { refetchInterval: options.refetchMs }),
    ...(options.staleMs === undefined ? {} : { staleTime: options.staleMs }),
  })
  return {
    data: result.data as OutputOf<E> | undefined,
    error: result.error,
    loading: result.isLoading,
    busy: result.isPlaceholderData && result.isFetching,
    refetch: () => void result.refetch(),
  }
}

/** Keyset paging: pages of an endpoint that answers with `nextCursor` and takes `cursor`. */
export function useEndpointPages<E extends Endpoint>(
  endpoint: E,
  input: InputOf<E>,
  options: EndpointOptions = {},
): UseInfiniteQueryResult<InfiniteData<OutputOf<E>>> {
  return useInfiniteQuery({
    queryKey: [endpoint.id, 'pages', input],
    queryFn: ({ signal, pageParam }): Promise<OutputOf<E>> =>
      callEndpoint(
        endpoint,
        { ...(input as object), ...(pageParam === '' ? {} : { cursor: pageParam }) } as InputOf<E>,
        { abort: signal },
      ),
    initialPageParam: '',
    getNextPageParam: (last) => (last as { nextCursor: string | null }).nextCursor,
    enabled: options.enabled ?? true,
    placeholderData: keepPreviousData,
    ...(options.refetchMs === undefined ? {} : { refetchInterval: options.refetchMs }),
  })
}
