import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const SCRIPT = fileURLToPath(new URL('../collector/forward.mjs', import.meta.url))

/** OTLP in to OTLP out, measured by the collector's own benchmark. */
export async function forward({ short }) {
  const { stdout } = await promisify(execFile)(process.execPath, [SCRIPT, '--json', '--seconds', short ? '1' : '10'])
  const line = stdout.split('\n').find((each) => each.startsWith('{'))
  return { forward_spans_per_second_per_core: JSON.parse(line).spansPerSecondPerCore }
}
