// The endpoint of the sizing benchmark in a process of its own: the embedded engine behind ClickHouse's HTTP protocol.
import { startClickHouseDouble } from '@clew/testkit/clickhouse-http'

const double = await startClickHouseDouble()
process.on('message', (message) => {
  if (message === 'usage') process.send({ cpu: process.cpuUsage(), rssBytes: process.memoryUsage().rss })
  if (message === 'end') void double.close().then(() => process.exit(0))
})
process.send({ url: double.url })
