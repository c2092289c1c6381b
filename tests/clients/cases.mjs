// The cases of cases.json for clients from npm: the same questions, the same lines, the same rules as in cases.py.

import { readFileSync } from 'node:fs'

const canary = /knr[a-z0-9]{6}|4990[0-9]{5}/i
const fields = ['holder', 'registrar', 'created', 'expires', 'servers', 'status']

export const rdap = (one) => (one.limited ? process.env.RDAP_LIMITED : process.env.RDAP)
export const whoisPort = (one) => Number(one.limited ? process.env.WHOIS_PORT_LIMITED : process.env.WHOIS_PORT)
export const clients = process.env.CLIENTS + '/npm/node_modules/'

/** fetch(), with a server in the place of registrars' ones that knows no name: those do not exist. */
export const fetchHere = (url, options) =>
  new URL(url).hostname === 'localhost' ? fetch(url, options) : Promise.resolve(new Response('{}', { status: 404 }))

/** The day of a date as clients give it, YYYY-MM-DD. */
export const day = (moment) => {
  if (!moment) return undefined
  const date = new Date(moment)
  // A date without a time is one of this machine's.
  date.setMinutes(date.getMinutes() - (String(moment).includes('T') ? 0 : date.getTimezoneOffset()))
  return date.toISOString().slice(0, 10)
}

const plain = (value) => (Array.isArray(value) ? [...new Set(value.filter(Boolean))].sort().join(' ') : value || '')

/** What the client makes of a field: what is right, or its known misreading. */
const expected = (one, what, right, known) => {
  const keys = [one.name, one.question.slice(one.question.lastIndexOf('.')), '*']
  const key = keys.find((key) => known[key]?.[what] !== undefined)
  return key === undefined ? right : known[key][what]
}

const differences = (one, got, protocol, known) => {
  const wrong = []
  const state = expected(one, 'state', one.state, known)
  if (got.state !== state || (one.limited && ['free', 'registered'].includes(got.state)))
    wrong.push(`${got.state} instead of ${state}`)
  const told = { ...one, ...one[protocol] }
  for (const what of fields.filter((what) => told[what] !== undefined && got.state === 'registered')) {
    const [found, right] = [plain(got[what]), plain(expected(one, what, told[what], known))]
    if (found !== right) wrong.push(`${what} '${found}' instead of '${right}'`)
  }
  const leak = JSON.stringify(got.everything ?? null).match(canary)
  if (leak) wrong.push(`the withheld value '${leak[0]}'`)
  return wrong.join('; ')
}

/** Asks every case as `rdap` or `whois` answers it. `known` holds misreadings that are the client's own: for a case, a zone
 * (`.be`) or all (`*`), what it makes of a field instead. */
export const run = async (client, protocol, ask, known = {}) => {
  const cases = JSON.parse(readFileSync(new URL('cases.json', import.meta.url), 'utf8'))
  let failed = false
  for (const one of cases) {
    const late = new Promise((_, reject) => setTimeout(() => reject(new Error('no answer in 30 s')), 30_000).unref())
    const got = await Promise.race([ask(one), late]).catch((error) => {
      console.error(error)
      return { state: 'error', words: String(error) }
    })
    const wrong = differences(one, got, protocol, known)
    const told = [got.state, got.holder, got.registrar, got.created, got.expires, plain(got.servers ?? []),
      (got.status ?? []).join(' '), got.words].filter(Boolean).join(', ')
    console.log(wrong ? `not ok ${client} ${one.name}: ${wrong} -- ${told}` : `ok ${client} ${one.name}: ${told}`)
    failed ||= wrong !== ''
  }
  process.exit(failed ? 1 : 0)
}
