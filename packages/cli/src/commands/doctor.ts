import { addClientOptions, ApiClient } from '../client/api.ts'
import type { ClientOptions } from '../client/api.ts'
import type { CommandDefinition } from '../command.ts'
import { addSettingOptions, settingsFromFlags } from '../config/settings-options.ts'
import type { Check } from '../doctor/check.ts'
import { dataDirChecks } from '../doctor/data-dir-checks.ts'
import { installationChecks } from '../doctor/installation-checks.ts'
import { portChecks, runningChecks } from '../doctor/running-checks.ts'
import { EXIT } from '../exit-codes.ts'
import { styleFor } from '../output/style.ts'
import type { Style } from '../output/style.ts'

interface Options extends ClientOptions, Record<string, unknown> {}

/** `clew doctor`: what is wrong here, and what to do about it. */
export const doctorCommand: CommandDefinition = {
  name: 'doctor',
  build(command, context) {
    addSettingOptions(addClientOptions(command), ['host', 'port', 'otlpGrpcPort', 'otlpHttpPort', 'dataDir'])
      .summary('find out what is wrong and what to do about it')
      .description('Checks Node, disk and ports, and, when Clew runs, sends a test trace and looks for it.')
      .action(async (options: Options) => {
        const { terminal } = context
        const settings = settingsFromFlags(options, context)
        const { running, checks } = await runningChecks(new ApiClient(options, context))
        const all: Check[] = [
          ...(await installationChecks(context.environment)),
          ...dataDirChecks(settings.dataDir),
          ...checks,
          ...(running ? [] : await portChecks(settings)),
        ]
        const failed = all.some(({ result }) => result === 'problem')
        if (options.json === true) terminal.out(JSON.stringify({ ok: !failed, running, checks: all }, null, 2))
        else for (const check of all) terminal.out(checkLine(check, styleFor(terminal.color)))
        if (failed) context.exit(EXIT.failure)
        else if (!running) context.exit(EXIT.unreachable)
      })
  },
}

function checkLine({ name, result, detail, fix }: Check, style: Style): string {
  const mark = { ok: style.green('ok     '), warning: style.yellow('warning'), problem: style.red('problem') }[result]
  return `${mark}  ${name.padEnd(14)}  ${detail}${fix === undefined ? '' : `\n${' '.repeat(25)}${style.dim(`fix: ${fix}`)}`}`
}
