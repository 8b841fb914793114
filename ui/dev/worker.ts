import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Plugin, Rolldown } from 'vite'

/** The files that the resident's pages may need, found by what names what, from index.html on. */
export function residentFiles(dist: string): string[] {
  const assets = readdirSync(join(dist, 'assets')).filter((f) => !/\.(?:br|gz)$/.test(f))
  const seen = new Set<string>()
  const look = (text: string) => {
    for (const f of assets) {
      if (seen.has(f) || !text.includes(f)) continue
      seen.add(f)
      if (f.endsWith('.js') || f.endsWith('.css')) look(readFileSync(join(dist, 'assets', f), 'utf8'))
    }
  }
  look(readFileSync(join(dist, 'index.html'), 'utf8'))
  return [...seen].sort()
}

/** The files of desk.html and of the pages named, with what they cannot run without: the rest of the desk is not for the pocket. */
export function deskFiles(bundle: Rolldown.OutputBundle, html: string, walked: RegExp): string[] {
  const seen = new Set<string>()
  const take = (name: string) => {
    const c = bundle[name]
    if (seen.has(name) || !c) return
    seen.add(name)
    if (c.type !== 'chunk') return
    for (const f of c.imports) take(f)
    for (const f of [...(c.viteMetadata?.importedCss ?? []), ...(c.viteMetadata?.importedAssets ?? [])]) take(f)
  }
  for (const c of Object.values(bundle)) {
    if (c.type === 'chunk' && c.facadeModuleId && (walked.test(c.facadeModuleId) || c.facadeModuleId.endsWith('/desk.html'))) take(c.fileName)
    else if (c.type === 'asset' && html.includes(c.fileName) && c.fileName.startsWith('assets/')) take(c.fileName)
  }
  return [...seen].filter((f) => f.startsWith('assets/')).sort()
}

/** The pages of the desk that open without a network: the rounds of today, a duty, what waits; and the sign-in, to say what is missing. */
export const walkedPages = /src\/desk\/(?:rounds\/(?:Today|Duty|patrol\/[A-Z]\w+)|SignIn|Lost|MePage)\.vue$/

/** Writes sw.js and desk-sw.js, each with its list of files and a mark of this build. */
export function worker(dist: string, source: string): Plugin {
  let bundle: Rolldown.OutputBundle = {}
  const write = (name: string, page: string, desk: boolean, files: string[]) => {
    const script = readFileSync(source, 'utf8')
    const html = readFileSync(join(dist, page), 'utf8')
    const all = ['/' + page, ...files.map((f) => '/' + f)]
    const mark = createHash('sha256').update(script + all.join() + html).digest('hex').slice(0, 12)
    writeFileSync(join(dist, name), script.replace('self.FILES // filled in by the build', JSON.stringify(all)).replace('self.BUILD', JSON.stringify(mark)).replace('self.DESK', String(desk)))
  }
  return {
    name: 'worker', apply: 'build',
    writeBundle(_, b) { bundle = b },
    closeBundle() {
      write('sw.js', 'index.html', false, residentFiles(dist).map((f) => 'assets/' + f))
      write('desk-sw.js', 'desk.html', true, deskFiles(bundle, readFileSync(join(dist, 'desk.html'), 'utf8'), walkedPages))
    },
  }
}
