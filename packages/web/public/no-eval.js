// Runs before the modules: zod would try out whether it may compile code, which the content security policy forbids and
// the browser reports as a violation. This is its own switch for that; by the time a module could set it, it is too late.
globalThis.__zod_globalConfig = { jitless: true }
