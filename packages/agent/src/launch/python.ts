import { dirname, join } from 'node:path'
import type { Language, LaunchTarget } from './language.ts'

const PYTHON = /^(python(\d(\.\d+)?)?|pypy3?|flask|gunicorn|uvicorn|hypercorn|celery|django-admin|fastapi|streamlit)$/
const RUNNERS = new Set('uv poetry pipenv pdm hatch rye'.split(' '))

const INSTALL = 'pip install opentelemetry-distro opentelemetry-exporter-otlp && opentelemetry-bootstrap -a install'
/** The folder whose `sitecustomize` starts OpenTelemetry in whatever Python has it on its path. */
const AUTO = 'opentelemetry/instrumentation/auto_instrumentation'

/** Whether a command is Python, by its name. */
export function isPython(name: string): boolean {
  return PYTHON.test(name)
}

/**
 * Python: through `opentelemetry-instrument` where it is installed, else by its `sitecustomize` on PYTHONPATH, from the
 * program's virtual environment or from CLEW_PYTHON_AGENT, a folder into which the packages were installed (`pip install
 * --target`).
 */
export const python: Language = {
  runs: ({ name }) => isPython(name) || RUNNERS.has(name),
  launch(target) {
    if (RUNNERS.has(target.name)) return launchRunner(target)
    const wrapper = findInstrument(target)
    if (wrapper !== undefined) {
      target.args = [target.command, ...target.args]
      target.command = wrapper
    } else if (!injectSite(target, environmentsOf(target))) {
      target.notes.push(
        `Python is not instrumented: opentelemetry-instrument was not found; install it with: ${INSTALL}`,
      )
    }
  },
  prepare(target) {
    injectSite(target, activeEnvironment(target))
  },
}

function launchRunner(target: LaunchTarget): void {
  const { name, args, notes } = target
  if (args.includes('opentelemetry-instrument') || injectSite(target, activeEnvironment(target))) return
  notes.push(
    `for Python put opentelemetry-instrument before the program: ${name} run opentelemetry-instrument python …`,
  )
}

function findInstrument({ command, findOnPath }: LaunchTarget): string | undefined {
  // The Python of a virtual environment has its own wrapper beside it, and only that one loads the right packages.
  if (command.includes('/')) return findOnPath(join(dirname(command), 'opentelemetry-instrument'))
  return findOnPath('opentelemetry-instrument')
}

/** Puts the first agent that is found on PYTHONPATH. */
function injectSite(target: LaunchTarget, environments: readonly string[]): boolean {
  const { env, files } = target
  const given = env['CLEW_PYTHON_AGENT']?.trim()
  const found = [
    // Packages that were installed into a folder of their own must be on the path themselves.
    ...(given ? [[join(given, AUTO), given]] : []),
    ...environments.flatMap((root) => sitePackages(root, files).map((site) => [join(site, AUTO)])),
  ].find(([auto = '']) => files.isFile(join(auto, 'sitecustomize.py')))
  if (found === undefined) return false
  const present = env['PYTHONPATH'] ?? ''
  const missing = found.filter((path) => !present.split(':').includes(path))
  env['PYTHONPATH'] = [...missing, ...(present === '' ? [] : [present])].join(':')
  return true
}

function environmentsOf(target: LaunchTarget): string[] {
  const { command } = target
  return [...(command.includes('/') ? [dirname(dirname(command))] : []), ...activeEnvironment(target)]
}

function activeEnvironment({ env }: LaunchTarget): string[] {
  return env['VIRTUAL_ENV'] ? [env['VIRTUAL_ENV']] : []
}

function sitePackages(root: string, files: LaunchTarget['files']): string[] {
  return files
    .list(join(root, 'lib'))
    .filter((name) => /^(python|pypy)\d/.test(name))
    .map((name) => join(root, 'lib', name, 'site-packages'))
}
