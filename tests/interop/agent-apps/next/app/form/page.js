import { askPeer } from '../../peer.js'

export const dynamic = 'force-dynamic'

async function order() {
  'use server'
  await askPeer('action')
}

export default function Page() {
  return (
    <form action={order}>
      <button>order</button>
    </form>
  )
}
