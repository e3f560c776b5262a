import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Pipeline } from '@clew/contract/pipeline'

/** How often the event loop is looked at while somebody follows it. Each look wakes the process. */
const FOLLOWED_MS = 10
/** And while nobody does: enough to see what holds it up for long. */
const RESTING_MS = 100
/** Who has not asked for so long does not follow it any more. */
const FOLLOWED_FOR_MS = 5_000

/** How this process is doing: memory, and processor time and event-loop lag since the last look (a second ago or more). */
export class ProcessStats {
  #resolutionMs = RESTING_MS
  #delay = monitorEventLoopDelay({ resolution: RESTING_MS })
  #resting: NodeJS.Timeout | undefined
  #lastMs = performance.now()
  #lastCpu = process.cpuUsage()
  #latest = { cpuPercent: 0, eventLoopLagMs: 0 }

  constructor() {
    this.#delay.enable()
  }

  read(): Pipeline['process'] {
    const nowMs = performance.now()
    const elapsedMs = nowMs - this.#lastMs
    if (elapsedMs >= 1000) {
      const cpu = process.cpuUsage(this.#lastCpu)
      // The monitor counts its own rhythm as delay.
      const lagMs = Math.max(0, this.#delay.percentile(99) / 1e6 - this.#resolutionMs)
      this.#latest = {
        cpuPercent: round(((cpu.user + cpu.system) / 1000 / elapsedMs) * 100),
        eventLoopLagMs: round(lagMs),
      }
      this.#lastMs = nowMs
      this.#lastCpu = process.cpuUsage()
      this.#delay.reset()
    }
    this.#look(FOLLOWED_MS)
    clearTimeout(this.#resting)
    this.#resting = setTimeout(() => this.#look(RESTING_MS), FOLLOWED_FOR_MS).unref()
    return { uptimeMs: Math.round(process.uptime() * 1000), rssBytes: process.memoryUsage.rss(), ...this.#latest }
  }

  close(): void {
    clearTimeout(this.#resting)
    this.#delay.disable()
  }

  #look(everyMs: number): void {
    if (everyMs === this.#resolutionMs) return
    this.#delay.disable()
    this.#resolutionMs = everyMs
    this.#delay = monitorEventLoopDelay({ resolution: everyMs })
    this.#delay.enable()
  }
}

function round(value: number): number {
  return Number.isFinite(value) ? Math.round(value * 10) / 10 : 0
}
