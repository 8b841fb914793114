import type { RouteRecordRaw } from 'vue-router'
import type { Word } from '../words'

/** A room of the desk: its pages, and its line in the rail for whoever holds the permission. */
export interface Room { to: string; word: Word; needs: string; routes: RouteRecordRaw[] }

/** The rooms in the order of the rail. */
export const rooms: Room[] = [
  { to: '/orgs', word: 'org.rail', needs: 'org.read', routes: [{ path: '/orgs/:id?', component: () => import('./orgs/Orgs.vue'), meta: { title: 'org.title', needs: 'org.read' } }] },
  { to: '/registers', word: 'reg.rail', needs: 'register.read', routes: [
    { path: '/registers/report-ins', component: () => import('./registers/ReportIns.vue'), meta: { title: 'reg.reportIns', needs: 'register.read' } },
    { path: '/registers/:key/:id', component: () => import('./registers/EntryPage.vue'), meta: { title: 'reg.title' } },
    { path: '/registers/:key?', component: () => import('./registers/Registers.vue'), meta: { title: 'reg.title' } }] },
]
