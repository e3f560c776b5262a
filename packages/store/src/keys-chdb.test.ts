import { keysSuite } from './testdata/keys-suite.ts'

keysSuite('attribute keys on the embedded engine', () =>
  Promise.resolve({ url: 'chdb', close: () => Promise.resolve() }),
)
