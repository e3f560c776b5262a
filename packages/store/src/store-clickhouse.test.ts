import { CLICKHOUSE_NAME, clickHouseTarget } from './testdata/clickhouse-target.ts'
import { roundTripSuite } from './testdata/round-trip-suite.ts'
import { storeSuite } from './testdata/store-suite.ts'

roundTripSuite(`round trip through ${CLICKHOUSE_NAME}`, clickHouseTarget)
storeSuite(`store on ${CLICKHOUSE_NAME}`, clickHouseTarget)
