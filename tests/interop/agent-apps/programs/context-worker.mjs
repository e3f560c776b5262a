import { parentPort, workerData } from 'node:worker_threads'

const call = (url) => fetch(url).then((answer) => answer.text())
if (workerData?.url !== undefined) await call(workerData.url)
else parentPort.on('message', ({ url }) => call(url).then(() => parentPort.postMessage('done')))
