import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Plugin } from 'vite'

/** The files that the resident's pages may need, found by what names what, from index.html on. */
export function residentFiles(dist: string): string[] {
  const assets = readdirSync(join(dist, 'assets')).filter((f) => !f.endsWith('.gz'))
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

/** Writes sw.js with the list of files and a mark of this build. */
export function worker(dist: string, source: string): Plugin {
  return {
    name: 'worker', apply: 'build',
    closeBundle() {
      const files = ['/index.html', ...residentFiles(dist).map((f) => '/assets/' + f)]
      const script = readFileSync(source, 'utf8')
      const mark = createHash('sha256').update(script + files.join() + readFileSync(join(dist, 'index.html'), 'utf8')).digest('hex').slice(0, 12)
      writeFileSync(join(dist, 'sw.js'), script.replace('self.FILES // filled in by the build', JSON.stringify(files)).replace('self.BUILD', JSON.stringify(mark)))
    },
  }
}
