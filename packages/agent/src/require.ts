/**
 * The same entry as `register`, for `node --require @clew/agent/require app.js`. It becomes a CommonJS file of its own, so
 * that Node need not set up its loader for ES modules in a program that has none.
 */
import './register.ts'
