import { BroadcastChannel } from 'node:worker_threads'
import {
  JSON_TYPE,
  LIVE_SETTINGS_FILE,
  LIVE_SCHEDULE_FILE,
  type LiveSettings,
  type LiveSettingsSchedule,
} from '@clew/opamp/live-settings'
import type { ConfigMap } from '@clew/opamp/messages'
import { parseLiveSettingsText } from '@clew/opamp/parse-live-settings'
import type { Lever } from './levers.ts'

const CHANNEL = 'clew.agent.live-settings'
/** The server says first that something has run out; the agent minds it only where it cannot hear that. */
const GRACE_MS = 1500
const MAX_TIMER_MS = 2 ** 31 - 1

const decoder = new TextDecoder()
const encoder = new TextEncoder()

/**
 * Puts live settings into force: here, and in the worker threads of this process, which follow the main thread. Takes
 * them back when their time is over, whether the server is still there or not.
 */
export class LiveSettingsApplier {
  readonly #levers: readonly Lever[]
  readonly #channel: BroadcastChannel
  #settings: LiveSettings = {}
  #timers: NodeJS.Timeout[] = []

  constructor(levers: readonly Lever[], isMainThread: boolean) {
    this.#levers = levers
    this.#channel = new BroadcastChannel(CHANNEL)
    this.#channel.onmessage = (event) => {
      const { ask, settings } = (event as { data: { ask?: true; settings?: LiveSettings } }).data
      if (isMainThread && ask === true) this.#channel.postMessage({ settings: this.#settings })
      if (!isMainThread && settings !== undefined) this.#apply(settings)
    }
    this.#channel.unref()
    if (!isMainThread) this.#channel.postMessage({ ask: true })
  }

  /** Applies a remote configuration. Gives what could not be done, empty when all was; never throws. */
  applyRemote({ configMap }: ConfigMap): string {
    this.#cancel()
    const body = configMap[LIVE_SETTINGS_FILE]?.body
    const { settings, problems } =
      body === undefined || body.byteLength === 0
        ? { settings: {}, problems: [] }
        : parseLiveSettingsText(decoder.decode(body))
    const failed = this.#put(settings)
    this.#schedule(configMap[LIVE_SCHEDULE_FILE]?.body)
    return [...problems, ...failed].join('; ')
  }

  /** What is in force, as the effective configuration. */
  effective(): ConfigMap {
    const inForce = Object.fromEntries(this.#levers.map((lever) => [lever.key, lever.inForce()] as const))
    return {
      configMap: { [LIVE_SETTINGS_FILE]: { body: encoder.encode(JSON.stringify(inForce)), contentType: JSON_TYPE } },
    }
  }

  #put(settings: LiveSettings): string[] {
    this.#settings = settings
    this.#channel.postMessage({ settings })
    return this.#apply(settings)
  }

  #apply(settings: LiveSettings): string[] {
    const problems: string[] = []
    for (const lever of this.#levers) {
      try {
        const problem = lever.apply(settings[lever.key])
        if (problem !== undefined) problems.push(`${lever.key}: ${problem}`)
      } catch (error) {
        problems.push(`${lever.key}: ${String(error)}`)
      }
    }
    return problems
  }

  #schedule(body: Uint8Array | undefined): void {
    if (body === undefined) return
    try {
      const { nowMs, steps } = JSON.parse(decoder.decode(body)) as LiveSettingsSchedule
      for (const { atMs, settings } of steps) {
        const inMs = Math.min(MAX_TIMER_MS, Math.max(0, atMs - nowMs) + GRACE_MS)
        const next = parseLiveSettingsText(JSON.stringify(settings)).settings
        this.#timers.push(setTimeout(() => void this.#put(next), inMs).unref())
      }
    } catch {
      // Without a schedule the server's word is waited for.
    }
  }

  #cancel(): void {
    for (const timer of this.#timers.splice(0)) clearTimeout(timer)
  }
}
