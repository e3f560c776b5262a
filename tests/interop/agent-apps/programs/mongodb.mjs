import { MongoClient } from 'mongodb'
import { inRequest } from './in-request.mjs'
import { startMongo } from './mongo-peer.mjs'

const { url, server } = await startMongo()
const client = await MongoClient.connect(url)
const items = client.db('shop').collection('items')
await inRequest(async () => {
  await items.insertOne({ name: 'secret' })
  const found = await items.find({ name: 'secret' }).toArray()
  await items
    .find({ nonsense: 1 })
    .toArray()
    .catch(() => undefined)
  return found.length
})
// One connection for two requests.
const narrow = await MongoClient.connect(url, { maxPoolSize: 1 })
await Promise.all(['a', 'b'].map((name) => inRequest(() => narrow.db('shop').collection(name).find({}).toArray())))
await Promise.all([client.close(), narrow.close()])
server.close()
