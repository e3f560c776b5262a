import { startClickHouseDouble } from '@clew/testkit/clickhouse-http'
import { afterAll, test } from 'vitest'
import { newDataDir, removeDataDirs } from '../clew-process.ts'
import { killUnderLoad, KILLS } from './kill-rounds.ts'

afterAll(removeDataDirs)

test(
  `ClickHouse endpoint: ${KILLS} × kill -9 under load, every acknowledged span, log record and data point is there once`,
  async () => {
    const clickhouse = await startClickHouseDouble()
    try {
      await killUnderLoad(newDataDir(), `${clickhouse.url}/chaos`)
    } finally {
      await clickhouse.close()
    }
  },
  KILLS * 60_000,
)
