import type { RouteRecordRaw } from 'vue-router'
import type { Word } from '../words'

/** A room of the desk: its pages, and its line in the rail for whoever holds the permission. */
export interface Room { to: string; word: Word; needs: string; routes: RouteRecordRaw[] }

/** The rooms in the order of the rail. */
export const rooms: Room[] = [
  { to: '/reports', word: 'reports.title', needs: 'report.read', routes: [
    { path: '/reports', component: () => import('./reports/List.vue'), meta: { title: 'reports.title', needs: 'report.read' } },
    { path: '/reports/:id', component: () => import('./reports/Bulletin.vue'), meta: { title: 'reports.title', needs: 'report.read' } },
  ] },
]
