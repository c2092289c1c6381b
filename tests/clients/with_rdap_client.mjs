// rdap-client (npm): gives the raw answer, and a view that throws where events, name servers, self links or entities are
// missing. It reads its servers from a file of its own package, in whose place it gets one that names Loket. It has one
// error for every answer but 200: whether a name is free cannot be asked.

import fs from 'node:fs'
import { createRequire } from 'node:module'
import { clients, day, rdap, run } from './cases.mjs'

const require = createRequire(import.meta.url)
const { version } = JSON.parse(fs.readFileSync(clients + 'rdap-client/package.json', 'utf8'))
const entry = require.resolve(clients + 'rdap-client')
const read = fs.readFileSync
let base
fs.readFileSync = (path, ...rest) =>
  String(path).endsWith('/rdap-servers.json') ? JSON.stringify([[['be', 'brussels', 'vlaanderen'], [base]]]) : read(path, ...rest)

const ask = async (one) => {
  base = rdap(one)
  // It keeps the servers that it read first.
  for (const path of Object.keys(require.cache)) delete require.cache[path]
  const { rdapClient, RdapData } = require(entry)
  const answer = await rdapClient(one.question)
  const found = new RdapData(answer).buildResponse()
  return {
    state: 'registered',
    servers: found.nameServers,
    expires: day(found.domainExpirationDate),
    words: `owner ${found.registrar.owner}`,
    everything: [answer, found],
  }
}

await run(`rdap-client ${version}`, 'rdap', ask, {
  available: { state: 'error' },
  limited: { state: 'error' },
  // Its view has no place for them.
  '*': { holder: '', registrar: '', created: '', status: [] },
})
