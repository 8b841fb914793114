import type { Room } from '../rooms'
import { may } from '../session'

/** Where one begins: who makes rounds at the list of today, who oversees them at the board. */
const first = () => (may('round.do') ? '/rounds/today' : '/rounds/board')

export const rounds: Room = {
  to: '/rounds', word: 'rounds.title', group: 'daily', needs: 'round.read|round.do',
  routes: [
    // Who is reading is known only once the desk's guard has asked: a redirect would come before it.
    { path: '/rounds', component: () => import('../Lost.vue'), beforeEnter: first },
    { path: '/rounds/today', component: () => import('./Today.vue'), meta: { title: 'rounds.tab.today', needs: 'round.do' } },
    { path: '/rounds/kept', component: () => import('./patrol/Kept.vue'), meta: { title: 'patrol.title', needs: 'round.do' } },
    { path: '/rounds/duties/:id', component: () => import('./Duty.vue'), meta: { title: 'rounds.duty.title', needs: 'round.read|round.do' } },
    { path: '/rounds/board', component: () => import('./Board.vue'), meta: { title: 'rounds.tab.board', needs: 'round.read' } },
    { path: '/rounds/findings', component: () => import('./Findings.vue'), meta: { title: 'rounds.tab.findings', needs: 'round.read' } },
    { path: '/rounds/care', component: () => import('./Care.vue'), meta: { title: 'rounds.tab.care', needs: 'round.do' } },
    { path: '/rounds/shifts', component: () => import('./Shifts.vue'), meta: { title: 'rounds.tab.shifts', needs: 'round.read' } },
    { path: '/rounds/shifts/:id', component: () => import('./Shift.vue'), meta: { title: 'rounds.tab.shifts', needs: 'round.read' } },
    { path: '/rounds/pairs', component: () => import('./Pairs.vue'), meta: { title: 'rounds.tab.pairs', needs: 'round.read' } },
    { path: '/rounds/templates', component: () => import('./Templates.vue'), meta: { title: 'rounds.tab.templates', needs: 'round.read' } },
  ],
}
