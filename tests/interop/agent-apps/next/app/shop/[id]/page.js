import { askPeer } from '../../../peer.js'

export const dynamic = 'force-dynamic'

export async function generateMetadata({ params }) {
  const { id } = await params
  return { title: `Item ${id}` }
}

export default async function Page({ params }) {
  const { id } = await params
  return (
    <p>
      {id} {await askPeer('page')}
    </p>
  )
}
