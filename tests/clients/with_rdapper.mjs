// rdapper (npm): RDAP made into one record shape. It is given a bootstrap file that names Loket, and no WHOIS to fall back
// to. Checked: registrar, contacts, name servers and status; availability; and that it takes a refusal for one.

import { readFileSync } from 'node:fs'
import { clients, day, fetchHere, rdap, run } from './cases.mjs'

const { lookup, isAvailable } = await import(clients + 'rdapper/dist/index.mjs')
const { version } = JSON.parse(readFileSync(clients + 'rdapper/package.json', 'utf8'))

const ask = async (one) => {
  const options = {
    rdapOnly: true,
    customFetch: fetchHere,
    timeoutMs: 20_000,
    customBootstrapData: {
      version: '1.0',
      publication: '2026-06-01T00:00:00Z',
      services: [[['be', 'brussels', 'vlaanderen'], [rdap(one)]]],
    },
  }
  const found = await lookup(one.question, options)
  if (!found.ok) {
    const last = found.attempts.at(-1)
    const state = last?.errorCode === 'rate_limited' ? 'limited' : 'error'
    return { state, words: `${found.errorCode}, ${last?.retryAfterMs > 0 ? 'knows how long to wait' : 'does not know how long to wait'}` }
  }
  const { record } = found
  const free = await isAvailable(one.question, options)
  if (free === record.isRegistered) throw new Error('its two ways to ask for availability differ')
  return {
    state: record.isRegistered ? 'registered' : 'free',
    holder: (record.contacts ?? []).find((contact) => contact.type === 'registrant')?.organization,
    registrar: record.registrar?.name,
    created: day(record.creationDate),
    expires: day(record.expirationDate),
    servers: record.nameservers?.map((server) => server.host),
    status: record.statuses?.map((status) => status.status),
    everything: record,
  }
}

await run(`rdapper ${version}`, 'rdap', ask)
