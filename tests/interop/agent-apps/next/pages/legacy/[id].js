import { askPeer } from '../../peer.js'

export async function getServerSideProps() {
  return { props: { text: await askPeer('props') } }
}

export default function Page({ text }) {
  return <p>{text}</p>
}
