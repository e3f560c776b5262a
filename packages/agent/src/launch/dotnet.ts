import { join } from 'node:path'
import type { Language, LaunchTarget } from './language.ts'

/** The class id under which the OpenTelemetry profiler registers. */
const PROFILER = '{918728DD-259F-4A6A-AC2B-B85E1B658318}'
const PLATFORMS = ['linux-x64', 'linux-arm64', 'linux-musl-x64', 'linux-musl-arm64', 'osx-arm64', 'osx-x64'] as const

const MISSING =
  '.NET is not instrumented: OpenTelemetry .NET automatic instrumentation was not found; install it and set OTEL_DOTNET_AUTO_HOME to its folder'

/** .NET: the OpenTelemetry automatic instrumentation from OTEL_DOTNET_AUTO_HOME or where its installer puts it. */
export const dotnet: Language = {
  runs: ({ name, args }) => name === 'dotnet' || args.some((arg) => arg.endsWith('.dll')),
  launch(target) {
    if (target.env['CORECLR_ENABLE_PROFILING'] === '1') return
    if (!inject(target)) target.notes.push(MISSING)
  },
  prepare: (target) => void inject(target),
}

function inject({ env, files }: LaunchTarget): boolean {
  if (env['CORECLR_ENABLE_PROFILING'] === '1') return true
  const homes = [
    env['OTEL_DOTNET_AUTO_HOME'],
    join(env['HOME'] ?? '', '.otel-dotnet-auto'),
    '/usr/lib/opentelemetry/dotnet',
    '/opt/opentelemetry/dotnet',
  ]
  for (const home of homes) {
    const hook = home === undefined ? '' : join(home, 'net/OpenTelemetry.AutoInstrumentation.StartupHook.dll')
    if (home === undefined || !files.isFile(hook)) continue
    Object.assign(env, {
      OTEL_DOTNET_AUTO_HOME: home,
      DOTNET_STARTUP_HOOKS: joined(hook, env['DOTNET_STARTUP_HOOKS']),
      DOTNET_ADDITIONAL_DEPS: joined(join(home, 'AdditionalDeps'), env['DOTNET_ADDITIONAL_DEPS']),
      DOTNET_SHARED_STORE: joined(join(home, 'store'), env['DOTNET_SHARED_STORE']),
    })
    const library = profilerIn(home, files)
    if (library !== undefined) {
      Object.assign(env, { CORECLR_ENABLE_PROFILING: '1', CORECLR_PROFILER: PROFILER, CORECLR_PROFILER_PATH: library })
    }
    return true
  }
  return false
}

/** The library for this machine; an installation has those of others beside it, or not. */
function profilerIn(home: string, files: LaunchTarget['files']): string | undefined {
  const own = `${process.platform === 'darwin' ? 'osx' : 'linux'}-${process.arch}`
  const candidates = [own, ...PLATFORMS.filter((platform) => platform.endsWith(`-${process.arch}`))]
  const suffix = process.platform === 'darwin' ? 'dylib' : 'so'
  return candidates
    .map((platform) => join(home, platform, `OpenTelemetry.AutoInstrumentation.Native.${suffix}`))
    .find((path) => files.isFile(path))
}

function joined(first: string, rest: string | undefined): string {
  return rest === undefined || rest === '' ? first : `${first}:${rest}`
}
