import { z } from 'zod'

export const SERVICE_SORTS = ['name', 'rate', 'errors', 'p50', 'p95', 'p99', 'seen'] as const
export type ServiceSort = (typeof SERVICE_SORTS)[number]

/** State of the services page in its URL. */
export const servicesUrl = z.object({
  view: z.enum(['list', 'graph']).catch('list'),
  /** Text that names must contain. */
  find: z.string().max(200).catch(''),
  sort: z.enum(SERVICE_SORTS).catch('rate'),
  order: z.enum(['asc', 'desc']).catch('desc'),
})

/** State of one service's page in its URL. */
export const serviceUrl = z.object({
  sort: z.enum(['name', 'rate', 'errors', 'p50', 'p95', 'p99', 'time']).catch('time'),
  order: z.enum(['asc', 'desc']).catch('desc'),
})
