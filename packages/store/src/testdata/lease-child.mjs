// Holds a job as long as it lives and prints each term. Killed by the lease test.
import { writeSync } from 'node:fs'
import { systemClock } from '@clew/base/clock'
import { openClickHouse } from '@clew/store/driver/clickhouse'
import { parseClickHouseUrl } from '@clew/store/driver/clickhouse-url'
import { Leases } from '@clew/store/lease/leases'

const [url, ttlMs] = process.argv.slice(2)
const driver = await openClickHouse(parseClickHouseUrl(url))
const leases = new Leases({ driver, clock: systemClock, ttlMs: Number(ttlMs) })
for (;;) {
  const did = await leases.runExclusively('edges', async (lease) => {
    writeSync(1, `${lease.term}\n`)
  })
  if (!did) writeSync(1, 'lost\n')
  await new Promise((resolve) => setTimeout(resolve, 20))
}
