import { HOSTED, HOSTED_HTTP } from './hosted-catalogue.ts'
import { hostUpstream } from './host-upstream.ts'
import type { Plugin } from './plugin.ts'

/** The agent's own plugins, one line each. One of the same name takes the place of what is hosted from upstream. */
const OWN: readonly Plugin[] = []

/** Every library the agent knows, by name; with `sdkHttp` requests are seen to by upstream's instrumentations too. */
export function allPlugins({ sdkHttp }: { readonly sdkHttp: boolean }): readonly Plugin[] {
  const own = new Set(OWN.map(({ name }) => name))
  const hosted = sdkHttp ? [...HOSTED, ...HOSTED_HTTP] : HOSTED
  return [...OWN, ...hosted.filter(({ name }) => !own.has(name)).map(hostUpstream)]
}
