import { clusterTarget } from './testdata/clickhouse-target.ts'
import { roundTripSuite } from './testdata/round-trip-suite.ts'
import { storeSuite } from './testdata/store-suite.ts'

roundTripSuite('round trip through a cluster of two shards', clusterTarget)
storeSuite('store on a cluster of two shards', clusterTarget)
