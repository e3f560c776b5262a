// What a request of a real service does: it asks a database, and another service.
const http = require('node:http')
const { Pool } = require('pg')

const { BENCH_PG_PORT: pgPort, BENCH_HTTP_PORT: httpPort } = process.env
const pool = new Pool({ host: '127.0.0.1', port: Number(pgPort), user: 'bench', database: 'bench', max: 8 })
const agent = new http.Agent({ keepAlive: true, maxSockets: 16 })

module.exports = async function work(id) {
  const { rows } = await pool.query('SELECT 42 AS answer')
  return { id, answer: rows[0].answer, stock: await stock(id) }
}

function stock(id) {
  return new Promise((resolve, reject) => {
    const options = { port: httpPort, host: '127.0.0.1', path: `/stock/${id}`, agent }
    const request = http.get(options, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk) => (text += chunk))
      response.on('end', () => resolve(text))
    })
    request.on('error', reject)
  })
}
