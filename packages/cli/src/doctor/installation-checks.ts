import { existsSync } from 'node:fs'
import { availableParallelism, totalmem } from 'node:os'
import { fileURLToPath } from 'node:url'
import * as zlib from 'node:zlib'
import { formatByteSize } from '@clew/base/byte-size'
import { errorMessage } from '@clew/base/errors'
import type { Environment } from '../config/environment.ts'
import { ok, problem, warning } from './check.ts'
import type { Check } from './check.ts'

const WEB_INDEX = fileURLToPath(new URL('../../../web/dist/index.html', import.meta.url))
const MIN_MEMORY_BYTES = 2 * 1024 ** 3

/** Node, machine, and what this installation is made of. */
export async function installationChecks(environment: Environment): Promise<Check[]> {
  return [nodeCheck(), machineCheck(), await engineCheck(), uiCheck(), ...environmentChecks(environment)]
}

function nodeCheck(): Check {
  const major = Number(process.versions.node.split('.')[0])
  const zstd = 'createZstdDecompress' in zlib ? 'with zstd' : 'without zstd: senders must use gzip'
  const detail = `${process.version}, ${zstd}`
  return major >= 24 ? ok('node', detail) : warning('node', detail, 'Node 24 or newer is faster and takes zstd')
}

function machineCheck(): Check {
  const detail = `${process.platform}-${process.arch}, ${availableParallelism()} processors, ${formatByteSize(totalmem())} memory`
  return totalmem() >= MIN_MEMORY_BYTES
    ? ok('machine', detail)
    : warning('machine', detail, 'give it at least 2 GiB of memory')
}

async function engineCheck(): Promise<Check> {
  try {
    await import('@clew/store/store')
    return ok('engine', 'the embedded database can be loaded')
  } catch (error) {
    return problem(
      'engine',
      `the embedded database cannot be loaded: ${errorMessage(error)}`,
      'use a server: --store clickhouse://… (the embedded engine has builds for Linux and macOS)',
    )
  }
}

function uiCheck(): Check {
  return existsSync(WEB_INDEX) ? ok('web UI', 'is built') : problem('web UI', 'is not built', 'npm run build')
}

/** Variables that make instrumented programs send elsewhere or not at all. */
function environmentChecks(environment: Environment): Check[] {
  const checks: Check[] = []
  if (environment['OTEL_SDK_DISABLED'] === 'true') {
    checks.push(
      warning(
        'environment',
        'OTEL_SDK_DISABLED=true: programs started from this shell send nothing',
        'unset OTEL_SDK_DISABLED',
      ),
    )
  }
  const endpoint = environment['OTEL_EXPORTER_OTLP_ENDPOINT']
  if (endpoint)
    checks.push(
      warning('environment', `OTEL_EXPORTER_OTLP_ENDPOINT=${endpoint}: programs started from this shell send there`),
    )
  return checks
}
