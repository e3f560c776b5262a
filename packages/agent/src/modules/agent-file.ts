/**
 * URL of a compiled file of the agent, by its path in `dist`. The code that asks may be where it was compiled to, in a folder
 * of `dist`, or in the single file beside these folders.
 */
export function agentFile(path: string): URL {
  const here = new URL('.', import.meta.url)
  const inFolder = here.pathname.endsWith('/modules/')
  return new URL(path, inFolder ? new URL('..', here) : here)
}
