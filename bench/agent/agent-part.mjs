import { measureOverhead } from './overhead.mjs'

/** The agent's part of `npm run bench`: ours and no agent; `bench/agent/overhead.mjs` has the other agents and programs. */
export async function agentOverhead({ short, progress }) {
  const rows = await measureOverhead({
    rounds: short ? 1 : 5,
    requests: short ? 2000 : 60_000,
    only: 'clew',
    peers: false,
    progress,
  })
  const of = (variant) => rows.find((row) => row.variant === variant)
  return {
    agent_cpu_ratio: of('clew').ratioToNoAgent.median,
    agent_cpu_ratio_unsampled: of('clew, sampling off').ratioToNoAgent.median,
    agent_start_milliseconds: of('clew').startAddedMs.median,
    agent_rss_megabytes: of('clew').rssAddedMb.median,
  }
}
