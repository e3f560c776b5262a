import { quantile, sleep, startClew } from './clew-under-test.mjs'

const MIB = 1024 * 1024

/** Start to ready on an empty directory, then what a Clew costs that nobody uses. */
export async function startAndIdle({ short }) {
  const starts = []
  for (let run = 0; run < (short ? 1 : 5); run++) {
    const clew = await startClew()
    starts.push(clew.readyMs)
    await clew.stop()
  }
  const clew = await startClew()
  starts.push(clew.readyMs)
  try {
    await sleep(short ? 1500 : 20_000) // what starting leaves behind is not idling
    await clew.ask('/api/pipeline')
    await sleep(short ? 3000 : 20_000)
    const { process } = (await clew.ask('/api/pipeline')).body
    return {
      start_milliseconds: quantile(starts, 0.5),
      idle_rss_mebibytes: process.rssBytes / MIB,
      idle_cpu_percent: process.cpuPercent,
    }
  } finally {
    await clew.stop()
  }
}
