import { spawn } from 'node:child_process'
import { root } from './root.mjs'

/**
 * Runs a command in the repository and gives its exit code. Output goes to the terminal, or is kept and returned when
 * `quiet`. Ctrl-C reaches the command through the terminal's process group; this process waits for it.
 */
export function spawnStep(command, args, { quiet = false, env = process.env, input = 'inherit' } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: root,
      env,
      stdio: [input, quiet ? 'pipe' : 'inherit', quiet ? 'pipe' : 'inherit'],
      shell: process.platform === 'win32' && !command.endsWith('.exe') && command !== process.execPath,
    })
    let output = ''
    child.stdout?.on('data', (chunk) => (output += chunk))
    child.stderr?.on('data', (chunk) => (output += chunk))
    const forward = (signal) => child.kill(signal)
    const ignore = () => undefined
    process.on('SIGTERM', forward)
    process.on('SIGINT', ignore)
    child.on('error', reject)
    child.on('close', (code, signal) => {
      process.off('SIGTERM', forward)
      process.off('SIGINT', ignore)
      resolve({ code: code ?? (signal === 'SIGINT' ? 130 : 143), output })
    })
  })
}
