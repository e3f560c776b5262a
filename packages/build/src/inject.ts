/**
 * Loaded into a build command by `clew build -- CMD`: adds the plugin to every bundler the command uses, and writes to the
 * file CLEW_BUILD_REPORT names which rules found something. Does not change what the command prints or how it ends.
 */
import { appendFileSync } from 'node:fs'
import { hookCommonJs } from '@clew/agent/modules/commonjs-hook'
import { hookEsm } from '@clew/agent/modules/esm-hook'
import { packageOfFile } from '@clew/agent/modules/package-of-file'
import { fileURLToPath } from 'node:url'
import { environmentOf } from './inject-environment.ts'
import { withPlugin } from './with-plugin.ts'

const BUNDLERS = ['rolldown', 'rollup', 'webpack', '@rspack/core', 'esbuild']

const settings = environmentOf(process.env)
if (settings !== undefined) {
  const { report, ...config } = settings
  const say = (line: object): void => {
    try {
      appendFileSync(report, `${JSON.stringify({ pid: process.pid, ...line })}\n`)
    } catch {
      // A report that cannot be written is no reason to fail a build.
    }
  }
  const adapt = withPlugin(config, say)
  hookCommonJs((exports, _path, file) => (BUNDLERS.includes(file.name) ? adapt.commonJs(file, exports) : exports))
  hookEsm(
    BUNDLERS,
    (url, exports) => {
      const file = url.startsWith('file:') ? packageOfFile(fileURLToPath(url)) : undefined
      if (file !== undefined) adapt.esm(file, exports)
    },
    (_kind, text) => say({ note: text }),
  )
}
