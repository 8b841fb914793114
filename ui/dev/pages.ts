import type { Plugin } from 'vite'

/** The server answers /desk/… with desk.html and every other page with index.html; so does this in development. */
export function pages(): Plugin {
  return {
    name: 'pages',
    configureServer(server) {
      server.middlewares.use((req, _res, next) => {
        const path = (req.url ?? '/').split('?')[0]!
        const isPage = !path.startsWith('/api/') && !path.startsWith('/@') && !path.startsWith('/src/') &&
          !path.startsWith('/node_modules/') && !/\.[a-z]+$/.test(path)
        if (isPage) req.url = /^\/desk(\/|$)/.test(path) ? '/desk.html' : '/index.html'
        next()
      })
    },
  }
}
