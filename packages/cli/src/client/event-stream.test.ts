import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import { eventData } from './event-stream.ts'

async function read(bytes: Uint8Array, cuts: readonly number[]): Promise<string[]> {
  async function* chunks(): AsyncGenerator<Uint8Array> {
    let from = 0
    for (const cut of [...cuts.map((each) => each % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]) {
      yield bytes.subarray(from, cut)
      from = cut
    }
  }
  const all: string[] = []
  for await (const data of eventData(chunks())) all.push(data)
  return all
}

describe('eventData', () => {
  it('reads events however the bytes are cut', async () => {
    const stream = new TextEncoder().encode(
      ': hello\n\nevent: x\ndata: {"a":"é日"}\nid: 1\n\ndata: 1\ndata:2\n\ndata: never ended',
    )
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(200), { maxLength: 6 }), async (cuts) => {
        expect(await read(stream, cuts)).toEqual(['{"a":"é日"}', '1\n2'])
      }),
    )
  })
})
