/** The same entry as `register` for `node --require @clew/agent/require app.js`, where nothing may be awaited. */
import { reportOnce } from './report-once.ts'
import { startAgent } from './start-agent.ts'

try {
  startAgent()
} catch (error) {
  reportOnce(`the agent could not start, the program runs without it: ${String(error)}`)
}
