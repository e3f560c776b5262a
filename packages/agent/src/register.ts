/**
 * Entry of the agent: `node --import @clew/agent/register app.js`. Importing it is all there is to do; whatever goes wrong
 * inside stays inside, the program runs as if the agent were not there. Looks first and loads the agent only where it
 * will be used, so that npm and other launchers stay quick.
 */
import { loadAgent } from './load-agent.ts'
import { reportOnce } from './report-once.ts'
import { processFacts, skipReason } from './skip-reason.ts'

try {
  if (!skipReason(processFacts())) loadAgent(process.env).startAgent()
} catch (error) {
  reportOnce(`the agent could not start, the program runs without it: ${String(error)}`)
}
