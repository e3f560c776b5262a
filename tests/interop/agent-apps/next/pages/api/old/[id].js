import { askPeer } from '../../../peer.js'

export default async function handler(_request, response) {
  response.json({ text: await askPeer('handler') })
}
