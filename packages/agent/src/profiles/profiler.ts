/**
 * The profiler itself: loaded, with the library it needs, when profiles are first taken. It is a file of its own
 * (dist/profiler.cjs), so that what the rest of the agent has in memory comes in through `ProfilerHost`.
 */
import type { Attributes, Context } from '@opentelemetry/api'
import type { AsyncLocalStorage } from 'node:async_hooks'
import { threadId } from 'node:worker_threads'
import { resourceField } from '../pipeline/scope-chunk.ts'
import { contextLabels, FEW_VALUES, type LocalRootOf } from './context-labels.ts'
import { findPprof } from './find-pprof.ts'
import { followContext, keepsContextInFrames } from './follow-context.ts'
import type { PprofLibrary, PprofProfile } from './pprof-library.ts'
import { ProfileFiles } from './profile-files.ts'
import type { ProfileSettings } from './profile-settings.ts'
import { profilesRequest, type TakenProfile } from './profiles-request.ts'

/** What the profiler needs of the agent. */
export interface ProfilerHost {
  readonly settings: ProfileSettings
  readonly programFile: string | undefined
  readonly serviceName: string
  /** Where the active context is; undefined: samples belong to nothing. */
  readonly storage: AsyncLocalStorage<Context> | undefined
  readonly localRootOf: LocalRootOf
  readonly resource: () => Attributes
  /** Takes an OTLP request; undefined: none are wanted. */
  readonly send: ((body: Uint8Array) => void) | undefined
  /** Something could not be done; said once by whoever hears it. */
  readonly failed: (what: string) => void
}

/** A profiler that runs. */
export interface RunningProfiler {
  /** Sends and writes what was seen since the last time. Never throws. */
  collect(): void
  /** Does so a last time and ends. */
  stop(): void
}

const STACK_DEPTH = 64

/**
 * Starts the profiler, or gives what is in the way.
 *
 * @public called by `profile-switch.ts` through the bundled file
 */
export function startProfiler(host: ProfilerHost): RunningProfiler | string {
  const found = findPprof(host.programFile)
  if ('problem' in found) return found.problem
  try {
    return new Profiler(found.library, host)
  } catch (error) {
    return `the profiler cannot start: ${error instanceof Error ? error.message : String(error)}`
  }
}

class Profiler implements RunningProfiler {
  readonly #library: PprofLibrary
  readonly #host: ProfilerHost
  readonly #files: ProfileFiles | undefined
  readonly #unfollow: (() => void) | undefined
  #startMs = Date.now()
  #running = true

  constructor(library: PprofLibrary, host: ProfilerHost) {
    this.#library = library
    this.#host = host
    const { kinds, heapSampleBytes, folder, folderBytes: maxBytes } = host.settings
    this.#files = folder === undefined ? undefined : new ProfileFiles({ folder, maxBytes })
    if (kinds.includes('wall')) this.#unfollow = this.#startWall()
    if (kinds.includes('heap')) {
      try {
        library.heap.start(heapSampleBytes, STACK_DEPTH)
      } catch (error) {
        this.#stopWall()
        throw error
      }
    }
  }

  collect(): void {
    if (this.#running) this.#take(true)
  }

  stop(): void {
    if (!this.#running) return
    this.#running = false
    this.#unfollow?.()
    this.#take(false)
    if (this.#host.settings.kinds.includes('heap')) this.#library.heap.stop()
  }

  #startWall(): () => void {
    const { time } = this.#library
    const { storage, settings } = this.#host
    const start = (useCPED: boolean): void =>
      time.start({
        intervalMicros: Math.round(1e6 / settings.samplesPerSecond),
        withContexts: true,
        collectCpuTime: true,
        useCPED,
        workaroundV8Bug: true,
      })
    let frames = false
    try {
      start(true)
      frames = keepsContextInFrames(time)
      if (!frames) time.stop(false, () => ({}), [])
    } catch (error) {
      // Older Nodes have no such place. A profiler that runs already, though, is somebody else's.
      if (time.isStarted()) throw error
    }
    if (!frames) start(false)
    return storage === undefined ? () => undefined : followContext(storage, time, frames)
  }

  #stopWall(): void {
    this.#unfollow?.()
    if (this.#library.time.isStarted()) this.#library.time.stop(false, () => ({}), [])
  }

  #take(goOn: boolean): void {
    const startMs = this.#startMs
    const endMs = Date.now()
    this.#startMs = endMs
    const taken: TakenProfile[] = []
    for (const kind of this.#host.settings.kinds) {
      const profile = this.#attempt(`the ${kind} profile could not be taken`, () =>
        kind === 'wall' ? this.#wallProfile(goOn) : this.#library.heap.profile(),
      )
      if (profile === undefined) continue
      profile.timeNanos = BigInt(startMs) * 1_000_000n
      profile.durationNanos = BigInt(endMs - startMs) * 1_000_000n
      taken.push({ profile, startMs, endMs })
      this.#attempt(`no profiles are written to ${this.#host.settings.folder ?? ''}`, () => {
        this.#files?.write(this.#fileName(kind, startMs), profile.encode())
      })
    }
    const { send, resource } = this.#host
    if (send === undefined || taken.length === 0) return
    this.#attempt('profiles could not be put into a request', () => {
      send(profilesRequest(resourceField(resource()), taken, { 'thread.id': threadId }))
    })
  }

  #wallProfile(goOn: boolean): PprofProfile {
    return this.#library.time.stop(goOn, contextLabels(this.#host.localRootOf), FEW_VALUES)
  }

  #fileName(kind: string, startMs: number): string {
    const time = new Date(startMs).toISOString().replaceAll(/[:.]/g, '-')
    return `${this.#host.serviceName}-${process.pid}-${threadId}-${time}-${kind}`
  }

  #attempt<T>(what: string, action: () => T): T | undefined {
    try {
      return action()
    } catch (error) {
      this.#host.failed(`${what}: ${error instanceof Error ? error.message : String(error)}`)
      return undefined
    }
  }
}
