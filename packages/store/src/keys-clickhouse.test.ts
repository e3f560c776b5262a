import { CLICKHOUSE_NAME, clickHouseTarget } from './testdata/clickhouse-target.ts'
import { keysSuite } from './testdata/keys-suite.ts'

keysSuite(`attribute keys on ${CLICKHOUSE_NAME}`, clickHouseTarget)
