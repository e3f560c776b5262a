/**
 * Customers: about six requests a second with some randomness, a mix of everything the shop can do, including what goes
 * wrong. LOAD_PER_SECOND changes the rate. Seeded, so two runs do the same things.
 */
import { log, ready, sleep, urlOf } from './lib/service.mjs'
import { createRandom } from './lib/random.mjs'

const PER_SECOND = Number(process.env.LOAD_PER_SECOND ?? 6)
const MAX_IN_FLIGHT = 40
const shop = urlOf('storefront')
const random = createRandom(Number(process.env.LOAD_SEED ?? 7))

const GOOD_CARD = '4242424242424242'
const DECLINED_CARD = '4000000000000002'
const QUESTIONS = ['Do you have lamps?', 'I need a new desk.', 'Which chairs do you sell?', 'Is there a rug?', 'Hello!']
const SKUS = ['oak', 'walnut', 'brass'].flatMap((kind) =>
  ['lamp', 'chair', 'desk', 'shelf', 'clock', 'rug', 'vase', 'mirror'].map((thing) => `${kind}-${thing}`),
)

/** What customers do, with weights. */
const actions = [
  { weight: 26, run: () => get('/') },
  { weight: 26, run: () => get(`/api/products/${random.pick(SKUS)}`) },
  { weight: 18, run: () => checkout(GOOD_CARD) },
  { weight: 4, run: () => checkout(DECLINED_CARD) },
  { weight: 6, run: () => get('/api/catalogue') },
  { weight: 4, run: () => get('/api/bestsellers') },
  { weight: 9, run: () => post('/api/chat', { message: random.pick(QUESTIONS) }) },
  { weight: 4, run: () => get('/api/products/golden-goose') },
  { weight: 3, run: () => post('/api/checkout', { email: 'nobody@example.com', card: GOOD_CARD, lines: [] }) },
]

async function checkout(card) {
  const lines = Array.from({ length: 1 + random.below(3) }, () => ({ sku: random.pick(SKUS), quantity: 1 }))
  const email = `customer${random.below(500)}@example.com`
  const { orderId, error } = JSON.parse(await post('/api/checkout', { email, card, lines }))
  if (error === undefined && random.below(2) === 0) await get(`/api/orders/${orderId}`)
}

async function get(path) {
  const response = await fetch(shop + path)
  return response.text()
}

async function post(path, body) {
  const response = await fetch(shop + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  return response.text()
}

ready()
let inFlight = 0
for (;;) {
  await sleep((1000 / PER_SECOND) * (0.4 + random.next() * 1.2))
  // Customers who see that the shop hangs do not queue up without end.
  if (inFlight >= MAX_IN_FLIGHT) continue
  inFlight++
  random
    .weighted(actions)
    .run()
    .catch((error) => log.warn({ err: error }, 'the shop did not answer'))
    .finally(() => inFlight--)
}
