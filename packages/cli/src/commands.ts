import type { CommandDefinition } from './command.ts'
import { agentsCommand } from './commands/agents.ts'
import { backupCommand } from './commands/backup.ts'
import { benchCommand } from './commands/bench.ts'
import { buildCommand } from './commands/build.ts'
import { collectorCommand } from './commands/collector.ts'
import { componentsCommand } from './commands/components.ts'
import { demoCommand } from './commands/demo.ts'
import { doctorCommand } from './commands/doctor.ts'
import { keysCommand } from './commands/keys.ts'
import { logsCommand } from './commands/logs.ts'
import { printConfigCommand } from './commands/print-config.ts'
import { restoreCommand } from './commands/restore.ts'
import { runCommand } from './commands/run.ts'
import { servicesCommand } from './commands/services.ts'
import { tailCommand } from './commands/tail.ts'
import { traceCommand } from './commands/trace.ts'
import { tokenCommand } from './commands/token.ts'
import { tracesCommand } from './commands/traces.ts'
import { upCommand } from './commands/up.ts'
import { validateCommand } from './commands/validate.ts'
import { versionCommand } from './commands/version.ts'

/** Every verb of the command, in the order of `clew --help`. */
export const COMMANDS: readonly CommandDefinition[] = [
  upCommand,
  demoCommand,
  runCommand,
  buildCommand,
  tracesCommand,
  traceCommand,
  logsCommand,
  tailCommand,
  servicesCommand,
  agentsCommand,
  keysCommand,
  collectorCommand,
  validateCommand,
  printConfigCommand,
  componentsCommand,
  tokenCommand,
  backupCommand,
  restoreCommand,
  doctorCommand,
  benchCommand,
  versionCommand,
]
