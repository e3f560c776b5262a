import { buildSchema, graphql } from 'graphql'
import { inRequest } from './in-request.mjs'

const schema = buildSchema('type Query { user(id: ID!): User } type User { id: ID!, name: String }')
const rootValue = { user: async ({ id }) => ({ id, name: async () => 'Ada' }) }
await inRequest(() => graphql({ schema, rootValue, source: 'query Find { user(id: "7") { id name } }' }))
await inRequest(async () => {
  const { errors } = await graphql({ schema, rootValue, source: 'query Wrong { nobody }' })
  return errors.length
})
