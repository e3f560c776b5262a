import { apiCopiesPlugin } from '../instrumentations/api-copies.ts'
import { httpPlugin, undiciPlugin } from '../instrumentations/http/plugins.ts'
import { HOSTED, HOSTED_HTTP } from './hosted-catalogue.ts'
import { hostUpstream } from './host-upstream.ts'
import type { Plugin } from './plugin.ts'

/** The agent's own plugins, one line each. One of the same name takes the place of what is hosted from upstream. */
const OWN: readonly Plugin[] = [httpPlugin, undiciPlugin, apiCopiesPlugin]

/** Every library the agent knows, by name; with `sdkHttp` requests are seen to by upstream's instrumentations too. */
export function allPlugins({ sdkHttp }: { readonly sdkHttp: boolean }): readonly Plugin[] {
  const replaced = new Set(sdkHttp ? HOSTED_HTTP.map(({ name }) => name) : [])
  const ours = OWN.filter(({ name }) => !replaced.has(name))
  const own = new Set(ours.map(({ name }) => name))
  const hosted = [...HOSTED, ...HOSTED_HTTP]
  return [...ours, ...hosted.filter(({ name }) => !own.has(name)).map(hostUpstream)]
}
