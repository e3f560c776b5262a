// Lambda's runtime client sends answers by a compiled addon; here the same requests go over Node's own http, so that nothing
// has to be compiled. Preloaded before the client.
const Module = require('node:module')
const http = require('node:http')

const base = `http://${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime/invocation`
const post = (path, body, headers = {}) => {
  http.request(`${base}/${path}`, { method: 'POST', headers }, (response) => response.resume()).end(body)
}
const client = {
  initializeClient: () => undefined,
  next: () =>
    fetch(`${base}/next`).then(async (answer) => ({
      bodyJson: await answer.text(),
      headers: Object.fromEntries(answer.headers),
    })),
  done: (id, body) => post(`${id}/response`, body),
  error: (id, body) => post(`${id}/error`, body, { 'lambda-runtime-function-error-type': 'Handled' }),
}
const load = Module._load
Module._load = function (request, ...rest) {
  return request.endsWith('rapid-client.node') ? client : load.call(this, request, ...rest)
}
