// A Kafka broker as far as kafkajs needs one: one node, one partition of each topic, one member of each group.
import { createServer } from 'node:net'

const MAX_VERSIONS = { 0: 3, 1: 4, 2: 0, 3: 0, 8: 2, 9: 1, 10: 0, 11: 0, 12: 0, 13: 0, 14: 0, 18: 0 }

class Reader {
  constructor(buffer) {
    this.buffer = buffer
    this.at = 0
  }
  int16() {
    return this.buffer.readInt16BE((this.at += 2) - 2)
  }
  int32() {
    return this.buffer.readInt32BE((this.at += 4) - 4)
  }
  int64() {
    return this.buffer.readBigInt64BE((this.at += 8) - 8)
  }
  string() {
    const length = this.int16()
    return length < 0 ? null : this.buffer.toString('utf8', this.at, (this.at += length))
  }
  bytes() {
    const length = this.int32()
    return length < 0 ? Buffer.alloc(0) : this.buffer.subarray(this.at, (this.at += length))
  }
  array(read) {
    return Array.from({ length: Math.max(0, this.int32()) }, () => read())
  }
}

const int16 = (value) => ((value &= 0xffff), Buffer.from([value >> 8, value & 255]))
const int32 = (value) => {
  const buffer = Buffer.alloc(4)
  buffer.writeInt32BE(value)
  return buffer
}
const int64 = (value) => {
  const buffer = Buffer.alloc(8)
  buffer.writeBigInt64BE(BigInt(value))
  return buffer
}
const string = (text) => Buffer.concat([int16(Buffer.byteLength(text)), Buffer.from(text)])
const bytes = (data) => Buffer.concat([int32(data.length), data])
const array = (items) => Buffer.concat([int32(items.length), ...items])
const all = (...parts) => Buffer.concat(parts)

/** Listens on a free port and gives the address. */
export async function startKafka() {
  const logs = new Map()
  const logOf = (topic) => logs.get(topic) ?? logs.set(topic, { batches: [], next: 0 }).get(topic)
  const server = createServer((socket) => {
    let pending = Buffer.alloc(0)
    socket.on('error', () => undefined)
    socket.on('data', (data) => {
      pending = Buffer.concat([pending, data])
      while (pending.length >= 4 && pending.length >= 4 + pending.readInt32BE(0)) {
        const size = pending.readInt32BE(0)
        const reader = new Reader(pending.subarray(4, 4 + size))
        pending = pending.subarray(4 + size)
        const [key, , correlation] = [reader.int16(), reader.int16(), reader.int32()]
        reader.string()
        const body = answer(key, reader)
        const send = () => socket.write(bytes(all(int32(correlation), body)))
        if (key === 1) setTimeout(send, 20)
        else send()
      }
    })
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address()

  function answer(key, reader) {
    if (key === 18) {
      return all(
        int16(0),
        array(Object.entries(MAX_VERSIONS).map(([api, max]) => all(int16(Number(api)), int16(0), int16(max)))),
      )
    }
    if (key === 3) {
      const topics = reader.array(() => reader.string())
      const partition = all(int16(0), int32(0), int32(1), array([int32(1)]), array([int32(1)]))
      return all(
        array([all(int32(1), string('127.0.0.1'), int32(port))]),
        array(topics.map((topic) => all(int16(0), string(topic), array([partition])))),
      )
    }
    if (key === 0) {
      reader.string()
      reader.int16()
      reader.int32()
      const topics = reader.array(() => [reader.string(), reader.array(() => [reader.int32(), reader.bytes()])])
      const results = topics.map(([topic, partitions]) =>
        all(
          string(topic),
          array(
            partitions.map(([id, batch]) => {
              const log = logOf(topic)
              const stored = Buffer.from(batch)
              stored.writeBigInt64BE(BigInt(log.next), 0)
              const base = log.next
              log.next += stored.readInt32BE(23) + 1
              log.batches.push({ base, data: stored })
              return all(int32(id), int16(0), int64(base), int64(-1))
            }),
          ),
        ),
      )
      return all(array(results), int32(0))
    }
    if (key === 10) return all(int16(0), int32(1), string('127.0.0.1'), int32(port))
    if (key === 11) {
      reader.string()
      reader.int32()
      reader.string()
      reader.string()
      const [[name, metadata]] = reader.array(() => [reader.string(), reader.bytes()])
      return all(int16(0), int32(1), string(name), string('m'), string('m'), array([all(string('m'), bytes(metadata))]))
    }
    if (key === 14) {
      reader.string()
      reader.int32()
      reader.string()
      const [[, assignment]] = reader.array(() => [reader.string(), reader.bytes()])
      return all(int16(0), bytes(assignment))
    }
    if (key === 9) {
      reader.string()
      const topics = reader.array(() => [reader.string(), reader.array(() => reader.int32())])
      return array(
        topics.map(([topic, ids]) =>
          all(string(topic), array(ids.map((id) => all(int32(id), int64(0), string(''), int16(0))))),
        ),
      )
    }
    if (key === 2) {
      reader.int32()
      const topics = reader.array(() => [
        reader.string(),
        reader.array(() => [reader.int32(), reader.int64(), reader.int32()][0]),
      ])
      return array(
        topics.map(([topic, ids]) =>
          all(string(topic), array(ids.map((id) => all(int32(id), int16(0), array([int64(0)]))))),
        ),
      )
    }
    if (key === 1) {
      reader.at += 17
      const topics = reader.array(() => [
        reader.string(),
        reader.array(() => [reader.int32(), reader.int64(), reader.int32()]),
      ])
      return all(
        int32(0),
        array(
          topics.map(([topic, partitions]) =>
            all(
              string(topic),
              array(
                partitions.map(([id, from]) => {
                  const log = logOf(topic)
                  const found = log.batches.filter(({ base }) => base >= Number(from)).map(({ data }) => data)
                  return all(
                    int32(id),
                    int16(0),
                    int64(log.next),
                    int64(log.next),
                    array([]),
                    bytes(Buffer.concat(found)),
                  )
                }),
              ),
            ),
          ),
        ),
      )
    }
    if (key === 8) {
      reader.string()
      reader.int32()
      reader.string()
      reader.int64()
      const topics = reader.array(() => [
        reader.string(),
        reader.array(() => [reader.int32(), reader.int64(), reader.string()][0]),
      ])
      return array(topics.map(([topic, ids]) => all(string(topic), array(ids.map((id) => all(int32(id), int16(0)))))))
    }
    return int16(0)
  }

  return { broker: `127.0.0.1:${port}`, server }
}
