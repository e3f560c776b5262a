// Prisma's client with a driver adapter. `prisma generate` writes a class for a schema; its command downloads an engine for
// other purposes, so the class is made here from the parts of the client's runtime that generated code uses.
import { PrismaPg } from '@prisma/adapter-pg'
import * as runtime from '@prisma/client/runtime/client'
import { PrismaInstrumentation } from '@prisma/instrumentation'
import { inRequest, setting } from './in-request.mjs'

if (process.argv[2] === 'instrumented') new PrismaInstrumentation().enable()

const schema = `datasource db {
  provider = "postgresql"
}

model Order {
  id    Int    @id @default(autoincrement())
  thing String
}
`
// What may be asked of the model, in the form in which the generator packs it.
const strings = [
  'where Order.findUnique Order.findUniqueOrThrow orderBy cursor Order.findFirst Order.findFirstOrThrow',
  'Order.findMany data Order.createOne Order.createMany Order.createManyAndReturn Order.updateOne',
  'Order.updateMany Order.updateManyAndReturn create update Order.upsertOne Order.deleteOne Order.deleteMany',
  'having _count _avg _sum _min _max Order.groupBy Order.aggregate AND OR NOT id thing equals in notIn lt lte',
  'gt gte contains startsWith endsWith not set increment decrement multiply divide',
].flatMap((line) => line.split(' '))
const graph = [
  'KwsQBRwAACIAMB0AAAQAEB4AACIAMB8CAAAAASABACQAIQEAAAABACABAAAAAQAgBRwAACIAMB0AAAQAEB4AACIAMB8CACMAISABACQAIQADAA',
  'AABAAgAwAABQAwBAAAAQAgAwAAAAQAIAMAAAUAMAQAAAEAIAMAAAAEACADAAAFADAEAAABACACHwIAAAABIAEAAAABAQgAAAkAIAIfAgAAAAEg',
  'AQAAAAEBCAAACwAwAQgAAAsAMAIfAgArACEgAQAqACECAAAAAQAgCAAADgAgAh8CACsAISABACoAIQIAAAAEACAIAAAQACACAAAABAAgCAAAEA',
  'AgAwAAAAEAIA8AAAkAIBAAAA4AIAEAAAABACABAAAABAAgBRUAACUAIBYAACYAIBcAACkAIBgAACgAIBkAACcAIAUcAAAaADAdAAAXABAeAAAa',
  'ADAfAgAbACEgAQAcACEDAAAABAAgAwAAFgAwFAAAFwAgAwAAAAQAIAMAAAUAMAQAAAEAIAUcAAAaADAdAAAXABAeAAAaADAfAgAbACEgAQAcAC',
  'ENFQAAHgAgFgAAIQAgFwAAHgAgGAAAHgAgGQAAHgAgIQIAAAABIgIAAAAEIwIAAAAEJAIAAAABJQIAAAABJgIAAAABJwIAAAABKwIAIAAhDhUA',
  'AB4AIBgAAB8AIBkAAB8AICEBAAAAASIBAAAABCMBAAAABCQBAAAAASUBAAAAASYBAAAAAScBAAAAASgBAAAAASkBAAAAASoBAAAAASsBAB0AIQ',
  '4VAAAeACAYAAAfACAZAAAfACAhAQAAAAEiAQAAAAQjAQAAAAQkAQAAAAElAQAAAAEmAQAAAAEnAQAAAAEoAQAAAAEpAQAAAAEqAQAAAAErAQAd',
  'ACEIIQIAAAABIgIAAAAEIwIAAAAEJAIAAAABJQIAAAABJgIAAAABJwIAAAABKwIAHgAhCyEBAAAAASIBAAAABCMBAAAABCQBAAAAASUBAAAAAS',
  'YBAAAAAScBAAAAASgBAAAAASkBAAAAASoBAAAAASsBAB8AIQ0VAAAeACAWAAAhACAXAAAeACAYAAAeACAZAAAeACAhAgAAAAEiAgAAAAQjAgAA',
  'AAQkAgAAAAElAgAAAAEmAgAAAAEnAgAAAAErAgAgACEIIQgAAAABIggAAAAEIwgAAAAEJAgAAAABJQgAAAABJggAAAABJwgAAAABKwgAIQAhBR',
  'wAACIAMB0AAAQAEB4AACIAMB8CACMAISABACQAIQghAgAAAAEiAgAAAAQjAgAAAAQkAgAAAAElAgAAAAEmAgAAAAEnAgAAAAErAgAeACELIQEA',
  'AAABIgEAAAAEIwEAAAAEJAEAAAABJQEAAAABJgEAAAABJwEAAAABKAEAAAABKQEAAAABKgEAAAABKwEAHwAhAAAAAAABLAEAAAABBSwCAAAAAS',
  '0CAAAAAS4CAAAAAS8CAAAAATACAAAAAQAAAAAFFQAGFgAHFwAIGAAJGQAKAAAAAAAFFQAGFgAHFwAIGAAJGQAKAQIBAgMBBQYBBgcBBwgBCQoB',
  'CgwCCw0DDA8BDRECDhIEERMBEhQBExUCGhgFGxkL',
].join('')
const field = (name, type) => ({ name, kind: 'scalar', type })
const PrismaClient = runtime.getPrismaClient({
  previewFeatures: [],
  clientVersion: '7.10.0',
  engineVersion: 'none',
  activeProvider: 'postgresql',
  inlineSchema: schema,
  runtimeDataModel: {
    models: { Order: { fields: [field('id', 'Int'), field('thing', 'String')], dbName: null, schema: null } },
    enums: {},
    types: {},
  },
  parameterizationSchema: { strings, graph },
  compilerWasm: {
    getRuntime: () => import('@prisma/client/runtime/query_compiler_fast_bg.postgresql.mjs'),
    getQueryCompilerWasmModule: async () => {
      const { wasm } = await import('@prisma/client/runtime/query_compiler_fast_bg.postgresql.wasm-base64.mjs')
      return new WebAssembly.Module(Buffer.from(wasm, 'base64'))
    },
    importName: './query_compiler_fast_bg.js',
  },
})

const prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString: setting('TEST_POSTGRES') }) })
await prisma.$executeRawUnsafe('DROP TABLE IF EXISTS "Order"')
await prisma.$executeRawUnsafe('CREATE TABLE "Order" (id SERIAL PRIMARY KEY, thing TEXT NOT NULL)')
await inRequest(async () => {
  await prisma.order.create({ data: { thing: 'book' } })
  await prisma.order.findMany({ where: { thing: 'book' } })
  await prisma.$transaction([prisma.order.count(), prisma.order.deleteMany()])
})
await prisma.$disconnect()
