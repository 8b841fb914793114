import type { HelpRoom } from '../../words/help'
import type { Word } from '../../words'

/** Each room that has a page of help: its address, the name that the desk calls it by, and who may go there. */
export const helped: { id: HelpRoom; to: string; word: Word; needs?: string }[] = [
  { id: 'queue', to: '/queue', word: 'queue.title', needs: 'case.read' },
  { id: 'new', to: '/new', word: 'new.title', needs: 'case.read' },
  { id: 'places', to: '/places', word: 'places.title' },
  { id: 'stats', to: '/stats', word: 'stats.title', needs: 'stats.read' },
  { id: 'picture', to: '/picture', word: 'dash.title', needs: 'stats.read' },
  { id: 'map', to: '/map', word: 'map.title', needs: 'case.read' },
  { id: 'rounds', to: '/rounds', word: 'rounds.title', needs: 'round.read|round.do' },
  { id: 'activities', to: '/activities', word: 'ev.title' },
  { id: 'works', to: '/works', word: 'works.title' },
  { id: 'indicators', to: '/indicators', word: 'ind.title', needs: 'indicator.read' },
  { id: 'plans', to: '/plans', word: 'plan.title', needs: 'plan.read' },
  { id: 'ballots', to: '/ballots', word: 'ballots.title' },
  { id: 'orgs', to: '/orgs', word: 'org.title', needs: 'org.read' },
  { id: 'registers', to: '/registers', word: 'reg.title', needs: 'register.read' },
  { id: 'reports', to: '/reports', word: 'reports.title', needs: 'report.read' },
  { id: 'sheets', to: '/sheets', word: 'sheets.title', needs: 'export.run|import.run|post.write|work.write|activity.write|register.write' },
  { id: 'privacy', to: '/privacy', word: 'privacy.title', needs: 'privacy.read' },
  { id: 'flows', to: '/settings/flows', word: 'set.flows', needs: 'flow.write' },
  { id: 'menu', to: '/settings/menu', word: 'set.menu', needs: 'settings.write' },
  { id: 'routing', to: '/settings/routing', word: 'set.routing', needs: 'routing.write' },
  { id: 'accounts', to: '/settings/accounts', word: 'set.accounts', needs: 'account.read' },
  { id: 'system', to: '/settings/system', word: 'set.system', needs: 'settings.write' },
  { id: 'audit', to: '/audit', word: 'set.audit', needs: 'audit.read' },
  { id: 'me', to: '/me', word: 'me.title' },
]

/** Addresses that belong to a room without beginning as it does. */
const beside: [string, HelpRoom][] = [['/cases/', 'queue'], ['/screen', 'picture']]

/** The room whose help a page of the desk leads to; undefined where there is none. */
export function roomAt(path: string) {
  const id = beside.find(([p]) => path.startsWith(p))?.[1]
  return helped.find((h) => (id ? h.id === id : path === h.to || path.startsWith(h.to + '/')))
}
