import mongoose from 'mongoose'
import { inRequest } from './in-request.mjs'
import { startMongo } from './mongo-peer.mjs'

const { url, server } = await startMongo()
const Item = mongoose.model('Item', new mongoose.Schema({ name: String }))
await mongoose.connect(url, { autoCreate: false, autoIndex: false })
await inRequest(async () => {
  await new Item({ name: 'one' }).save()
  // A query is a thenable, sent when it is awaited.
  const query = Item.find({ name: 'one' })
  await new Promise((resolve) => setTimeout(resolve, 10))
  return (await query).length
})
await mongoose.disconnect()
server.close()
