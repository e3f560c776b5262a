import { roundTripSuite } from './testdata/round-trip-suite.ts'
import { storeSuite } from './testdata/store-suite.ts'
import type { StoreTarget } from './testdata/suite-store.ts'

const embedded = (): Promise<StoreTarget> => Promise.resolve({ url: 'chdb', close: () => Promise.resolve() })

roundTripSuite('round trip through the embedded engine', embedded)
storeSuite('store on the embedded engine', embedded)
