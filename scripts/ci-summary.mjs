// Adds up what the steps of .ci/run left: vitest's JSON reports and exit codes. Its last line is the verdict.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const folder = process.argv[2]
let passed = 0
let failed = 0

for (const file of readdirSync(folder).sort()) {
  if (!file.endsWith('.exit')) continue
  const step = file.slice(0, -'.exit'.length)
  const exitCode = Number(readFileSync(join(folder, file), 'utf8'))
  const tests = testCounts(join(folder, `${step}.vitest.json`))
  const expectsTests = ['unit', 'e2e', 'interop', 'chaos'].includes(step)
  // A step without a report counts as one; so does a failure that no test shows (a crash, a time-out, no tests at all).
  const hidden = exitCode !== 0 && (tests?.failed ?? 0) === 0
  const empty = expectsTests && (tests?.passed ?? 0) === 0
  passed += tests?.passed ?? (exitCode === 0 ? 1 : 0)
  failed += (tests?.failed ?? 0) + (hidden || empty ? 1 : 0)
  const detail = tests === undefined ? `exit code ${exitCode}` : `${tests.passed} passed, ${tests.failed} failed`
  console.log(`${step.padEnd(8)} ${detail}${hidden ? ` (exit code ${exitCode})` : ''}${empty ? ' (no test ran)' : ''}`)
}

/** Skipped tests count as failed: what cannot run here has not been shown to work. */
function testCounts(path) {
  if (!existsSync(path)) return undefined
  const report = JSON.parse(readFileSync(path, 'utf8'))
  const brokenFiles = report.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.length === 0,
  )
  for (const file of report.testResults)
    for (const test of file.assertionResults)
      if (test.status !== 'passed') console.log(`${test.status}: ${file.name}: ${test.fullName}`)
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + report.numPendingTests + (report.numTodoTests ?? 0) + brokenFiles.length,
  }
}

console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 && passed > 0 ? 0 : 1
