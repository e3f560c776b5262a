/**
 * Shows that something slow goes on: a line that counts seconds on a terminal, a line every ten seconds elsewhere.
 * `detail` may add what is known. Returns a function that ends it with a result line.
 */
export function startProgress(title, detail = () => '') {
  const startedMs = Date.now()
  const live = process.stderr.isTTY === true
  const seconds = () => ((Date.now() - startedMs) / 1000).toFixed(live ? 0 : 1)
  const extra = () => {
    const text = detail()
    return text === '' ? '' : ` ${text}`
  }
  if (!live) process.stderr.write(`clew: ${title} …\n`)
  const timer = setInterval(
    () =>
      process.stderr.write(
        live ? `\r\u001b[Kclew: ${title} … ${seconds()} s${extra()}` : `clew:   ${seconds()} s${extra()}\n`,
      ),
    live ? 200 : 10_000,
  )
  return (result) => {
    clearInterval(timer)
    process.stderr.write(`${live ? '\r\u001b[K' : ''}clew: ${title}: ${result} (${seconds()} s)\n`)
  }
}
