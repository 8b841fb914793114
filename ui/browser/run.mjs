// One demonstration district for all browser tests: making it takes longer than most of them. Names of spec files run these alone.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { start } from './lib.mjs'

const here = dirname(fileURLToPath(import.meta.url))
const args = process.argv.slice(2)
const isSpec = (a) => a.endsWith('.spec.mjs')
const named = args.filter(isSpec)
let files = named.length ? named.map((f) => basename(f)) : readdirSync(here).filter(isSpec).sort()
// ORDER=7 (any word) runs them in another order, the same for the same word: no file may need what another one left.
if (process.env.ORDER) files = files.map((f) => [createHash('sha256').update(process.env.ORDER + f).digest('hex'), f]).sort().map(([, f]) => f)
const server = await start()
let child
for (const s of ['SIGINT', 'SIGTERM']) process.on(s, () => child?.kill(s))
const run = (list) => new Promise((done) => {
  child = spawn(process.execPath, ['--test', '--test-concurrency=1', ...args.filter((a) => !isSpec(a)), ...list.map((f) => join(here, f))], {
    stdio: 'inherit', env: { ...process.env, SANZHI_URL: server.url, SANZHI_ACCOUNTS: JSON.stringify(server.accounts) },
  })
  child.once('exit', (code, signal) => done(signal ? -1 : code))
})
// The runner sorts the files of one call by their names: in another order each is a call of its own.
let worst = 0
for (const list of process.env.ORDER ? files.map((f) => [f]) : [files]) {
  const code = await run(list)
  worst ||= code
  if (code < 0) break
}
await server.stop()
process.exit(worst && 1)
