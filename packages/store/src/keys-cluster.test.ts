import { clusterTarget } from './testdata/clickhouse-target.ts'
import { keysSuite } from './testdata/keys-suite.ts'

keysSuite('attribute keys on a cluster of two shards', clusterTarget)
