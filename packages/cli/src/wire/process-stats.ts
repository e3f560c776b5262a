import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Pipeline } from '@clew/contract/pipeline'

/** How often the event loop is looked at: each look wakes the process, also when nobody wants to know. */
const RESOLUTION_MS = 100

/** How this process is doing: memory, and processor time and event-loop lag since the last look (a second ago or more). */
export class ProcessStats {
  readonly #delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
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
      const lagMs = Math.max(0, this.#delay.percentile(99) / 1e6 - RESOLUTION_MS)
      this.#latest = {
        cpuPercent: round(((cpu.user + cpu.system) / 1000 / elapsedMs) * 100),
        eventLoopLagMs: round(lagMs),
      }
      this.#lastMs = nowMs
      this.#lastCpu = process.cpuUsage()
      this.#delay.reset()
    }
    return { uptimeMs: Math.round(process.uptime() * 1000), rssBytes: process.memoryUsage.rss(), ...this.#latest }
  }

  close(): void {
    this.#delay.disable()
  }
}

function round(value: number): number {
  return Number.isFinite(value) ? Math.round(value * 10) / 10 : 0
}
