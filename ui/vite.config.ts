import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import vue from '@vitejs/plugin-vue'
import { defineConfig, type Plugin } from 'vite'
import { early } from './dev/early.ts'
import { pages } from './dev/pages.ts'
import { worker } from './dev/worker.ts'

const here = (p: string) => fileURLToPath(new URL(p, import.meta.url))

/** Vite empties dist/; the Go embed needs one file there that git keeps, so that a fresh clone compiles. */
function keep(): Plugin {
  return { name: 'keep', apply: 'build', closeBundle: () => writeFileSync(here('dist/.keep'), '') }
}

/** The program sends name.br or name.gz to whoever takes it: packed once here, not at each request. */
function pack(): Plugin {
  const walk = (dir: string): string[] => readdirSync(dir).flatMap((f) => (statSync(join(dir, f)).isDirectory() ? walk(join(dir, f)) : [join(dir, f)]))
  return {
    name: 'pack', apply: 'build',
    closeBundle() {
      for (const f of walk(here('dist'))) {
        if (!/\.(html|js|css|svg)$/.test(f)) continue
        const plain = readFileSync(f)
        writeFileSync(f + '.gz', gzipSync(plain, { level: 9 }))
        writeFileSync(f + '.br', brotliCompressSync(plain, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT, [constants.BROTLI_PARAM_SIZE_HINT]: plain.length } }))
      }
    },
  }
}

/** What is served names no other host. Vue's own error texts would carry an address; the number alone is enough to look one up. */
function hostless(): Plugin {
  const named = /https:\/\/(?:github\.com|maplibre\.org|wiki\.openstreetmap\.org)[^\s"'`)<]*/g
  return { name: 'hostless', apply: 'build', renderChunk: (code) => code.replaceAll('https://vuejs.org/error-reference/#runtime-', 'vue-error-').replace(named, '') }
}

/** What every page of both faces stands on. */
const base = /node_modules\/(?:@vue|vue|vue-router)\/|plugin-vue:export-helper|vite\/preload-helper|\/src\/(?:api|lang|time|words)\.ts|\/src\/words\/common\.ts|\/src\/styles\/|\/src\/beads\/|\/src\/shared\/(?:load\.ts|(?:Fault|Mark|Wait)\.vue|offline\/)/

/** Where `npm run dev` finds the program, e.g. SANZHI=http://127.0.0.1:8080. */
const api = process.env.SANZHI

export default defineConfig({
  plugins: [vue(), pages(), hostless(), keep(), early(here('dist'), here('src/worker/early.js'), here('src/resident/main.ts')), worker(here('dist'), here('src/worker/sw.js')), pack()],
  define: { __VUE_OPTIONS_API__: false, __VUE_PROD_DEVTOOLS__: false },
  server: { proxy: api ? { '/api': { target: api, changeOrigin: true } } : undefined },
  worker: { format: 'es', plugins: () => [hostless()] },
  build: {
    target: ['chrome100', 'safari15.4', 'firefox100'],
    assetsInlineLimit: 0, // the content security policy allows no data: addresses
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: {
      input: { index: here('index.html'), desk: here('desk.html') },
      // What both faces begin with is one file: each more is a journey, and a browser makes six at a time.
      output: { codeSplitting: { groups: [{ name: 'base', test: base }] } },
    },
  },
  test: { environment: 'happy-dom', setupFiles: ['src/words/desk-face.ts'], include: ['test/**/*.test.ts'], env: { TZ: 'UTC' } },
} as Parameters<typeof defineConfig>[0])

