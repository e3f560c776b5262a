/** Asks the server of the test, which knows where it was asked from by the path. */
export async function askPeer(path) {
  const answer = await fetch(`${process.env.TEST_PEER}/${path}`, { cache: 'no-store' })
  return answer.text()
}
