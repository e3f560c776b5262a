import { join } from 'node:path'
import type { Language, LaunchTarget } from './language.ts'

const RUBY = new Set('ruby rails bundle rake puma unicorn sidekiq rackup jruby'.split(' '))
const GEM = 'opentelemetry-auto-instrumentation'

const MISSING = `Ruby is not instrumented: the gem ${GEM} was not found; install it with: gem install ${GEM}`

/** Ruby: the gem for automatic instrumentation, required by RUBYOPT; from CLEW_RUBY_AGENT (its file) or where gems are. */
export const ruby: Language = {
  runs: ({ name }) => RUBY.has(name),
  launch(target) {
    if (!inject(target)) target.notes.push(MISSING)
  },
  prepare: (target) => void inject(target),
}

function inject({ env, files }: LaunchTarget): boolean {
  if (env['RUBYOPT']?.includes(GEM) === true) return true
  const given = env['CLEW_RUBY_AGENT']?.trim()
  const file = given && files.isFile(given) ? given : gemFiles(env, files).find((path) => files.isFile(path))
  if (file === undefined) return false
  env['RUBYOPT'] = `${env['RUBYOPT'] ?? ''} -r${file}`.trim()
  return true
}

function gemFiles(env: LaunchTarget['env'], files: LaunchTarget['files']): string[] {
  const home = env['HOME'] ?? ''
  const folders = (root: string): string[] => files.list(root).map((version) => join(root, version))
  const roots = [
    ...(env['GEM_PATH'] ?? '').split(':').filter((path) => path !== ''),
    ...(env['GEM_HOME'] ? [env['GEM_HOME']] : []),
    ...folders(join(home, '.local/share/gem/ruby')),
    ...folders(join(home, '.gem/ruby')),
    ...folders('/var/lib/gems'),
    ...folders('/usr/local/bundle'),
    '/usr/local/bundle',
  ]
  return roots.flatMap((root) =>
    [...files.list(join(root, 'gems'))]
      .filter((name) => name.startsWith(`${GEM}-`))
      .sort((a, b) => b.localeCompare(a, 'en', { numeric: true }))
      .map((name) => join(root, 'gems', name, 'lib', `${GEM}.rb`)),
  )
}
