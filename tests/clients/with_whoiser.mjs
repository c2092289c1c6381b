// whoiser (npm): a WHOIS client and parser, asked for its answer as it came and for its parser's view of it. Checked: name
// servers, registrar, status, and that the parser finds no other server to ask.

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { clients, day, run, whoisPort } from './cases.mjs'

const require = createRequire(import.meta.url)
const whoiser = require(clients + 'whoiser')
const { parseDomainWhois } = require(clients + 'whoiser/src/parsers.js')
const { version } = JSON.parse(readFileSync(clients + 'whoiser/package.json', 'utf8'))

// The URL behind a status of the layout of gTLDs tells what it means.
const word = (status) => status.replace(/ https?:.*$/, '')

const ask = async (one) => {
  const text = await whoiser.query({ host: '127.0.0.1', port: whoisPort(one), query: one.question, timeout: 20_000 })
  const found = parseDomainWhois(one.question, text, true)
  for (const key of ['Registrar WHOIS Server', 'ReferralServer', 'Whois Server', 'WHOIS Server'])
    if (found[key]) throw new Error(`it would ask ${found[key]}`)
  const status = [found['Domain Status'] ?? []].flat().filter(Boolean)
  const said = status.length ? status : [found.Status ?? []].flat()
  // It takes "NOT AVAILABLE" for a value that was withheld, and leaves it out.
  const known = said.length > 0 || found['Created Date']
  return {
    state: !known ? 'limited' : said.includes('AVAILABLE') ? 'free' : 'registered',
    holder: found['Registrant Organization'],
    registrar: [found.Registrar].flat()[0],
    created: day(found['Created Date']),
    servers: found['Name Server']?.map((line) => line.split(' ')[0].toLowerCase()),
    expires: day(found['Expiry Date']),
    status: said.map(word),
    words: said.length ? '' : 'no status found',
    everything: [text, found],
  }
}

await run(`whoiser ${version}`, 'whois', ask, {
  // It takes `NOT AVAILABLE` for a value that was withheld.
  organisation: { status: [] },
  person: { status: [] },
  IDN: { status: [] },
})
