// Every page, found as a person finds it: by following links. The patterns of the routes are read from the source, so a page
// that nobody can reach is told, and a new page is visited without being named here.
import { readFileSync, readdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const src = join(dirname(fileURLToPath(import.meta.url)), '..', 'src')
const files = (dir) => readdirSync(dir).flatMap((f) => {
  const path = join(dir, f)
  return statSync(path).isDirectory() ? files(path) : /\.ts$/.test(f) ? [path] : []
})
const read = (dir) => [...new Set(files(dir).flatMap((f) => [...readFileSync(f, 'utf8').matchAll(/(?:path: |page\()'(\/[^']*)'[^\n]*(?:component|import)/g)].map((m) => m[1])))].filter((p) => p !== '/:rest(.*)*')

/** The routes of one face, longest first, so that /plans/new is not taken for /plans/:id. */
export function routes(face) {
  const base = face === 'desk' ? '/desk' : ''
  const fixed = (p) => p.split('/').filter((s) => !s.startsWith(':')).length
  return read(join(src, face)).map((p) => base + p).sort((a, b) => fixed(b) - fixed(a) || b.length - a.length)
    .map((path) => ({ path, is: new RegExp('^' + path.replace(/\/:(\w+)\([^)]*\)\??/g, '(?:/[^/]+)?').replace(/\/:\w+\?/g, '(?:/[^/]+)?').replace(/:\w+/g, '[^/]+') + '/?$') }))
}
const patternOf = (all, path) => all.find((r) => r.is.test(path))?.path


// What makes a page another page: its path without ids and codes, and its tab. Other filters show the same page.
const pageOf = (href) => {
  const u = new URL(href, 'http://x')
  const tab = u.searchParams.get('tab')
  return u.pathname.split('/').map((s) => (/^[0-9A-Z]{26}$/.test(s) || /^[0-9A-Z]{4}(-[0-9A-Z]{3,4}){3}$/.test(s) ? ':id' : s)).join('/') + (tab ? '?tab=' + tab : '')
}
const most = 5 // pages of one pattern: all tabs, not all of forty registers

/** Visits the pages that links lead to, from the beginnings on, and hands each to look(p, pattern, path). Gives the patterns seen. */
export async function visit(p, face, beginnings, look, seen = new Map()) {
  const all = routes(face)
  const waiting = [...beginnings]
  const fresh = (href) => {
    const pattern = patternOf(all, href.split(/[?#]/)[0])
    const had = pattern && (seen.get(pattern) ?? seen.set(pattern, new Set()).get(pattern))
    return had && had.size < most && !had.has(pageOf(href)) ? had.add(pageOf(href)) : null
  }
  for (const path of beginnings) fresh(path)
  while (waiting.length) {
    const path = waiting.shift()
    await p.go(path)
    await p.page.waitForSelector('h1').catch(() => {})
    await p.page.waitForFunction(() => !document.querySelector('.wait')).catch(() => {})
    await p.quiet()
    const here = new URL(p.page.url())
    await look(p, patternOf(all, here.pathname), here.pathname + here.search)
    for (const href of await p.page.evaluate(() => [...document.querySelectorAll('a[href]')].map((a) => a.getAttribute('href')).filter((h) => h?.startsWith('/') && !h.startsWith('//')))) {
      if (fresh(href)) waiting.push(href)
    }
  }
  return seen
}
