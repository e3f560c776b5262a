import { DataSource, EntitySchema } from 'typeorm'
import { inRequest, setting } from './in-request.mjs'

const Item = new EntitySchema({
  name: 'Item',
  tableName: 'typeorm_items',
  columns: { id: { type: Number, primary: true, generated: true }, name: { type: String } },
})
const source = new DataSource({ type: 'postgres', url: setting('TEST_POSTGRES'), entities: [Item], synchronize: true })
await source.initialize()
await inRequest(async () => {
  const items = source.getRepository('Item')
  await items.insert({ name: 'one' })
  return (await items.findBy({ name: 'one' })).length
})
await source.destroy()
