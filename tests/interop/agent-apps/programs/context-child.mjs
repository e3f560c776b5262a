const call = (url) => fetch(url).then((answer) => answer.text())
if (process.argv[2] !== undefined) await call(process.argv[2])
else {
  process.on('message', ({ url }) => call(url).then(() => process.send('done')))
  process.send('ready')
}
