// What a resident's first visit loads: index.html, its scripts and styles with their static imports, each gzipped.
// The build fails above the budget, and when anything in it names another host.
import { readFileSync, readdirSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { gzipSync } from 'node:zlib'
import { fileURLToPath } from 'node:url'

const dist = join(dirname(fileURLToPath(import.meta.url)), '..', 'dist')
const budget = { index: 200_000, desk: 250_000 }

function firstLoad(page) {
  const html = readFileSync(join(dist, page), 'utf8')
  const seen = new Set()
  const queue = [...html.matchAll(/(?:src|href)="\/(assets\/[^"]+\.(?:js|css))"/g)].map((m) => m[1])
  while (queue.length) {
    const file = queue.pop()
    if (seen.has(file)) continue
    seen.add(file)
    if (!file.endsWith('.js')) continue
    const text = readFileSync(join(dist, file), 'utf8')
    for (const m of text.matchAll(/(?:^|[;}\s])(?:import|export)\b[^;]*?from\s*["'](\.[^"']+\.js)["']|(?:^|[;}\s])import\s*["'](\.[^"']+\.js)["']/g)) {
      queue.push(resolve('/', dirname(file), m[1] ?? m[2]).slice(1))
    }
  }
  return [...seen]
}

let failed = false
for (const page of ['index.html', 'desk.html']) {
  let sum = 0
  for (const file of firstLoad(page).sort()) {
    const gz = gzipSync(readFileSync(join(dist, file)), { level: 9 }).length
    sum += gz
    console.log(`  ${(gz / 1000).toFixed(1).padStart(6)} kB  ${file}`)
  }
  const limit = budget[page.replace('.html', '')]
  console.log(`${page}: ${(sum / 1000).toFixed(1)} kB of script and style on the first visit, gzipped (at most ${limit / 1000})`)
  if (sum > limit || sum === 0) failed = true
}
const all = readdirSync(join(dist, 'assets')).reduce((n, f) => n + statSync(join(dist, 'assets', f)).size, 0)
console.log(`assets in all: ${(all / 1000).toFixed(0)} kB`)
// Names of XML vocabularies look like addresses and are never fetched, nor is a name that the standard keeps from ever being one.
const vocabulary = /^https?:\/\/(?:www\.w3\.org\/(?:1998\/Math\/MathML|1999\/x(?:link|html)|2000\/svg)|maplibre\.invalid\/)$/
for (const file of readdirSync(dist, { recursive: true }).map(String).filter((f) => /\.(?:html|js|css|svg)$/.test(f))) {
  for (const [address] of readFileSync(join(dist, file), 'utf8').matchAll(/(?:https?|wss?):\/\/[\w.-]+[^\s"'`)<]*|(?<=["'(=])\/\/[\w-]+\.[\w.-]+/g)) {
    if (vocabulary.test(address)) continue
    console.log(`${file} names ${address}: nothing may be fetched from another host`)
    failed = true
  }
}
process.exit(failed ? 1 : 0)
