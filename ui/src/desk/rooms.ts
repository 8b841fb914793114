import type { RouteRecordRaw } from 'vue-router'
import type { Word } from '../words'
import { rounds } from './rounds/room'
import { routes as indicators } from './indicators/routes'
import { map } from './map/room'
import { planning } from './planning/room'
import { settings } from './settings/room'
import { routes as works } from './works/routes'

/** The headings that the rail groups its lines under. */
export type Group = 'cases' | 'daily' | 'bodies' | 'open' | 'settings'
export const groups: { id: Group; word: Word }[] = [
  { id: 'cases', word: 'rail.cases' }, { id: 'daily', word: 'rail.daily' }, { id: 'bodies', word: 'rail.bodies' }, { id: 'open', word: 'rail.open' },
  { id: 'settings', word: 'set.title' },
]
/** A room of the desk: its pages, and its line in the rail for whoever holds the permission. */
export interface Room { to: string; word: Word; group: Group; needs: string; routes: RouteRecordRaw[] }

/** The rooms in the order of the rail. */
export const rooms: Room[] = [
  { to: '/picture', word: 'dash.title', group: 'cases', needs: 'stats.read', routes: [
    { path: '/picture', component: () => import('./picture/Picture.vue'), meta: { title: 'dash.title', needs: 'stats.read' } },
    { path: '/screen', component: () => import('./picture/Screen.vue'), meta: { title: 'dash.screen', needs: 'stats.read' } },
  ] },
  map,
  rounds,
  { to: '/activities', word: 'ev.title', group: 'daily', needs: 'activity.read', routes: [
    { path: '/activities', component: () => import('./activities/List.vue'), meta: { title: 'ev.title' } },
    { path: '/activities/new', component: () => import('./activities/Edit.vue'), meta: { title: 'ev.new', needs: 'activity.write' } },
    { path: '/activities/pool', component: () => import('./activities/Pool.vue'), meta: { title: 'pool.title' } },
    { path: '/activities/people', component: () => import('./activities/People.vue'), meta: { title: 'vol.title', needs: 'activity.write' } },
    { path: '/activities/teams/:id', component: () => import('./activities/Team.vue'), meta: { title: 'pool.teams', needs: 'activity.write' } },
    { path: '/activities/venues/:id', component: () => import('./activities/Venue.vue'), meta: { title: 'pool.venues' } },
    { path: '/activities/series/:id', component: () => import('./activities/Series.vue'), meta: { title: 'pool.series' } },
    { path: '/activities/certificates/:id', component: () => import('./activities/Certificate.vue'), meta: { title: 'cert.title' } },
    { path: '/activities/:id', component: () => import('./activities/One.vue'), meta: { title: 'ev.title' } },
    { path: '/activities/:id/edit', component: () => import('./activities/Edit.vue'), meta: { title: 'ev.f.edit', needs: 'activity.write' } },
  ] },
  { to: '/works', word: 'works.title', group: 'daily', needs: 'work.read', routes: works },
  { to: '/indicators', word: 'ind.title', group: 'daily', needs: 'indicator.read', routes: indicators },
  { to: '/ballots', word: 'ballots.title', group: 'bodies', needs: 'ballot.read', routes: [
    { path: '/ballots', component: () => import('./ballots/Ballots.vue'), meta: { title: 'ballots.title' } },
    { path: '/ballots/:id', component: () => import('./ballots/BallotPage.vue'), meta: { title: 'ballots.tab.votes' } },
    { path: '/ballots/awards/:id', component: () => import('./ballots/AwardPage.vue'), meta: { title: 'ballots.tab.awards' } },
    { path: '/ballots/nominations/:id', component: () => import('./ballots/NominationPage.vue'), meta: { title: 'honour.nomination' } },
  ] },
  { to: '/orgs', word: 'org.rail', group: 'bodies', needs: 'org.read', routes: [
    { path: '/orgs/:id?', component: () => import('./orgs/Orgs.vue'), meta: { title: 'org.title', needs: 'org.read' } },
  ] },
  { to: '/registers', word: 'reg.rail', group: 'bodies', needs: 'register.read', routes: [
    { path: '/registers/report-ins', component: () => import('./registers/ReportIns.vue'), meta: { title: 'reg.reportIns', needs: 'register.read' } },
    { path: '/registers/:key/:id', component: () => import('./registers/EntryPage.vue'), meta: { title: 'reg.title' } },
    { path: '/registers/:key?', component: () => import('./registers/Registers.vue'), meta: { title: 'reg.title' } },
  ] },
  { to: '/reports', word: 'reports.title', group: 'open', needs: 'report.read', routes: [
    { path: '/reports', component: () => import('./reports/List.vue'), meta: { title: 'reports.title', needs: 'report.read' } },
    { path: '/reports/:id', component: () => import('./reports/Bulletin.vue'), meta: { title: 'reports.title', needs: 'report.read' } },
  ] },
  planning,
  { to: '/sheets', word: 'sheets.title', group: 'open', needs: 'export.run|import.run|post.write|work.write|activity.write|register.write', routes: [
    { path: '/sheets', component: () => import('./sheets/Sheets.vue'), meta: { title: 'sheets.title', needs: 'export.run|import.run|post.write|work.write|activity.write|register.write' } },
  ] },
  { to: '/privacy', word: 'privacy.title', group: 'open', needs: 'privacy.read', routes: [
    { path: '/privacy/counter', component: () => import('./privacy/Counter.vue'), meta: { title: 'pc.title', needs: 'privacy.write' } },
    { path: '/privacy/people/:kind/:id', component: () => import('./privacy/Person.vue'), meta: { title: 'pc.title', needs: 'privacy.read' } },
    { path: '/privacy', component: () => import('./privacy/Privacy.vue'), meta: { title: 'privacy.title', needs: 'privacy.read' } },
  ] },
  ...settings,
]
