import type { RouteRecordRaw } from 'vue-router'
import type { Word } from '../words'
import { rounds } from './rounds/room'
import { routes as indicators } from './indicators/routes'
import { planning } from './planning/room'
import { routes as works } from './works/routes'

/** A room of the desk: its pages, and its line in the rail for whoever holds the permission. */
export interface Room { to: string; word: Word; needs: string; routes: RouteRecordRaw[] }

/** The rooms in the order of the rail. */
export const rooms: Room[] = [
  rounds,
  { to: '/activities', word: 'ev.title', needs: 'activity.read', routes: [
    { path: '/activities', component: () => import('./activities/List.vue'), meta: { title: 'ev.title' } },
    { path: '/activities/new', component: () => import('./activities/Edit.vue'), meta: { title: 'ev.new', needs: 'activity.write' } },
    { path: '/activities/pool', component: () => import('./activities/Pool.vue'), meta: { title: 'pool.title' } },
    { path: '/activities/people', component: () => import('./activities/People.vue'), meta: { title: 'vol.title', needs: 'activity.write' } },
    { path: '/activities/certificates/:id', component: () => import('./activities/Certificate.vue'), meta: { title: 'cert.title' } },
    { path: '/activities/:id', component: () => import('./activities/One.vue'), meta: { title: 'ev.title' } },
    { path: '/activities/:id/edit', component: () => import('./activities/Edit.vue'), meta: { title: 'ev.f.edit', needs: 'activity.write' } },
  ] },
  { to: '/works', word: 'works.title', needs: 'work.read', routes: works },
  { to: '/indicators', word: 'ind.title', needs: 'indicator.read', routes: indicators },
  { to: '/ballots', word: 'ballots.title', needs: 'ballot.read', routes: [
    { path: '/ballots', component: () => import('./ballots/Ballots.vue'), meta: { title: 'ballots.title' } },
    { path: '/ballots/:id', component: () => import('./ballots/BallotPage.vue'), meta: { title: 'ballots.tab.votes' } },
    { path: '/ballots/awards/:id', component: () => import('./ballots/AwardPage.vue'), meta: { title: 'ballots.tab.awards' } },
    { path: '/ballots/nominations/:id', component: () => import('./ballots/NominationPage.vue'), meta: { title: 'honour.nomination' } },
  ] },
  { to: '/orgs', word: 'org.rail', needs: 'org.read', routes: [
    { path: '/orgs/:id?', component: () => import('./orgs/Orgs.vue'), meta: { title: 'org.title', needs: 'org.read' } },
  ] },
  { to: '/registers', word: 'reg.rail', needs: 'register.read', routes: [
    { path: '/registers/report-ins', component: () => import('./registers/ReportIns.vue'), meta: { title: 'reg.reportIns', needs: 'register.read' } },
    { path: '/registers/:key/:id', component: () => import('./registers/EntryPage.vue'), meta: { title: 'reg.title' } },
    { path: '/registers/:key?', component: () => import('./registers/Registers.vue'), meta: { title: 'reg.title' } },
  ] },
  { to: '/reports', word: 'reports.title', needs: 'report.read', routes: [
    { path: '/reports', component: () => import('./reports/List.vue'), meta: { title: 'reports.title', needs: 'report.read' } },
    { path: '/reports/:id', component: () => import('./reports/Bulletin.vue'), meta: { title: 'reports.title', needs: 'report.read' } },
  ] },
  planning,
  { to: '/privacy', word: 'privacy.title', needs: 'privacy.read', routes: [
    { path: '/privacy', component: () => import('./privacy/Privacy.vue'), meta: { title: 'privacy.title', needs: 'privacy.read' } },
  ] },
]
