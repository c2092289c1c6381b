// whois (npm): gives the text of the last server that it was referred to. Checked: it is referred to no other one, and the
// text is that of the case.

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { clients, run, whoisPort } from './cases.mjs'

const whois = createRequire(import.meta.url)(clients + 'whois')
const { version } = JSON.parse(readFileSync(clients + 'whois/package.json', 'utf8'))

const ask = async (one) => {
  const server = { host: '127.0.0.1', port: whoisPort(one) }
  const answers = await new Promise((resolve, reject) => {
    const options = { server, follow: 2, timeout: 20_000, verbose: true }
    whois.lookup(one.question, options, (error, found) => (error ? reject(error) : resolve(found)))
  })
  if (answers.length !== 1) throw new Error(`${answers.length} servers were asked`)
  const text = answers[0].data
  const status = text.match(/^(?:Domain )?Status:\s(.*?)(?: http.*?)?\r?$/m)?.[1]
  if (status === undefined) return { state: text.includes('Quota exceeded') ? 'limited' : 'error', everything: text }
  const state = status === 'AVAILABLE' ? 'free' : 'registered'
  return { state, status: [status], words: `${text.length} characters`, everything: text }
}

// It gives text: there is nothing to misread.
const nothing = { holder: '', registrar: '', created: '', expires: '', servers: [] }
await run(`whois ${version}`, 'whois', ask, { '*': nothing })
