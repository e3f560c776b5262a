/** The runtime of rules under a name, for bundlers that take no absolute paths. */
import '@clew/agent/rules/runtime/install'
