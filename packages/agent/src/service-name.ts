import { readFileSync } from 'node:fs'
import { basename, dirname, join, parse } from 'node:path'

/**
 * The name a program goes by when nobody gave one: for `server.js`, `index.js` and the like the name in the nearest
 * package.json, else the script's own name; in AWS Lambda that of the function. Undefined when the environment names the service, or when there is no script.
 */
export function deriveServiceName(
  script: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): string | undefined {
  if (env['OTEL_SERVICE_NAME']) return undefined
  if (/(^|,)\s*service\.name\s*=/.test(env['OTEL_RESOURCE_ATTRIBUTES'] ?? '')) return undefined
  if (env['AWS_LAMBDA_FUNCTION_NAME']) return env['AWS_LAMBDA_FUNCTION_NAME']
  if (script === undefined || script === '') return undefined
  const name = parse(basename(script)).name
  const generic = /^(index|main|server|app|start|cli|run|bin|www)$/.test(name)
  return (generic ? packageName(dirname(script)) : undefined) ?? name
}

/** The `name` of the package.json nearest to `folder`, looking upwards and never beyond a node_modules folder. */
export function packageName(folder: string): string | undefined {
  for (let current = folder; ; current = dirname(current)) {
    try {
      const manifest: unknown = JSON.parse(readFileSync(join(current, 'package.json'), 'utf8'))
      const name = (manifest as { name?: unknown } | null)?.name
      if (typeof name === 'string' && name !== '') return name
    } catch {
      // No manifest here, or not a readable one: the next folder up decides.
    }
    if (dirname(current) === current || basename(dirname(current)) === 'node_modules') return undefined
  }
}
