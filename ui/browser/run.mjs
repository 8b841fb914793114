// One demonstration district for all browser tests: making it takes longer than most of them.
import { spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { start } from './lib.mjs'

const here = dirname(fileURLToPath(import.meta.url))
const files = readdirSync(here).filter((f) => f.endsWith('.spec.mjs')).sort().map((f) => join(here, f))
const server = await start()
const child = spawn(process.execPath, ['--test', '--test-concurrency=1', ...process.argv.slice(2), ...files], {
  stdio: 'inherit', env: { ...process.env, SANZHI_URL: server.url, SANZHI_ACCOUNTS: JSON.stringify(server.accounts) },
})
for (const s of ['SIGINT', 'SIGTERM']) process.on(s, () => child.kill(s))
child.once('exit', async (code) => {
  await server.stop()
  process.exit(code ?? 1)
})
