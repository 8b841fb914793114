import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Plugin, Rolldown } from 'vite'

/** The resident's addresses with their pages, as resident/main.ts joins them. */
export function routes(main: string): { pattern: string; page: string; worded: boolean }[] {
  return [...main.matchAll(/path: '([^']+)', component: (worded\()?\(\) => import\('\.\/([^']+)'\)/g)].filter((m) => !m[1]!.includes('*')).map((m) => ({
    pattern: '^' + m[1]!.replace(/\/:\w+\?/g, '(?:/[^/]+)?').replace(/:\w+/g, '[^/]+') + '/?$', worded: !!m[2], page: m[3]!,
  }))
}

/** A chunk with all that it cannot run without, but for what is known. */
function needs(bundle: Rolldown.OutputBundle, name: string, known: Set<string>, out = new Set<string>()): Set<string> {
  const c = bundle[name]
  if (known.has(name) || out.has(name) || c?.type !== 'chunk') return out
  out.add(name)
  for (const f of c.imports) needs(bundle, f, known, out)
  for (const f of c.viteMetadata?.importedCss ?? []) if (!known.has(f)) out.add(f)
  return out
}

/** Writes the first script of the resident's pages (worker/early.js) with the files of each page, and names it in index.html. */
export function early(dist: string, source: string, main: string): Plugin {
  let bundle: Rolldown.OutputBundle = {}
  return {
    name: 'early', apply: 'build',
    writeBundle(_, b) { bundle = b },
    closeBundle() {
      const chunk = (end: string) => {
        const c = Object.values(bundle).find((x) => x.type === 'chunk' && x.facadeModuleId?.endsWith(end))
        if (!c) throw new Error('no chunk of ' + end)
        return c.fileName
      }
      const first = needs(bundle, chunk('/ui/index.html'), new Set())
      const pages = routes(readFileSync(main, 'utf8')).map((r) => {
        const files = needs(bundle, chunk('/src/resident/' + r.page), first)
        if (r.worded) needs(bundle, chunk('/src/words/resident-more.ts'), first, files)
        return [r.pattern, [...files].map((f) => '/' + f)]
      })
      if (!pages.length) throw new Error('no pages were found in ' + main)
      const script = readFileSync(source, 'utf8').replace(/\/\*[\s\S]*?\*\/\n?|^\s+/gm, '').replace('self.PAGES // [pattern of the path, files] filled in by the build', JSON.stringify(pages))
      const name = `assets/early-${createHash('sha256').update(script).digest('base64url').slice(0, 8)}.js`
      writeFileSync(join(dist, name), script)
      const html = join(dist, 'index.html')
      writeFileSync(html, readFileSync(html, 'utf8').replace(/\s*<script type="module"/, `\n<script src="/${name}"></script>$&`))
    },
  }
}
