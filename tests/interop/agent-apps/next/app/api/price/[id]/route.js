import { askPeer } from '../../../../peer.js'

export const dynamic = 'force-dynamic'

export async function GET() {
  return Response.json({ price: await askPeer('route') })
}
