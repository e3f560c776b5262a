import { z } from 'zod'

/** State of the agents page in its URL. */
export const agentsUrl = z.object({
  /** Text that service, host or id must contain. */
  find: z.string().max(200).catch(''),
  /** Id of the agent that is open. */
  agent: z.string().max(64).catch(''),
})
