import type { RouteRecordRaw } from 'vue-router'
import type { Word } from '../../words'
import type { Room } from '../rooms'

const page = (path: string, title: Word, needs: string, component: () => Promise<unknown>): RouteRecordRaw => ({ path, component: component as () => Promise<never>, meta: { title, needs } })

/** The settings: what each of the three administrators keeps, and nobody else sees. */
export const settings: Room[] = [
  { to: '/settings/flows', word: 'set.flows', group: 'settings', needs: 'flow.write', routes: [
    page('/settings/flows', 'set.flows', 'flow.write', () => import('./Flows.vue')),
    page('/settings/flows/:id', 'set.flows', 'flow.write', () => import('./FlowPage.vue')),
  ] },
  { to: '/settings/menu', word: 'set.menu', group: 'settings', needs: 'settings.write', routes: [
    page('/settings/menu', 'set.menu', 'settings.write', () => import('./MenuPage.vue')),
  ] },
  { to: '/settings/routing', word: 'set.routing', group: 'settings', needs: 'routing.write', routes: [
    page('/settings/routing', 'set.routing', 'routing.write', () => import('./Routing.vue')),
  ] },
  { to: '/settings/accounts', word: 'set.accounts', group: 'settings', needs: 'account.read', routes: [
    page('/settings/accounts', 'set.tab.accounts', 'account.read', () => import('./Accounts.vue')),
    page('/settings/accounts/of/:id', 'set.tab.accounts', 'account.read', () => import('./AccountPage.vue')),
    page('/settings/accounts/posts', 'set.tab.posts', 'account.read', () => import('./Posts.vue')),
    page('/settings/accounts/roles', 'set.tab.roles', 'account.read', () => import('./Roles.vue')),
    page('/settings/accounts/keys', 'set.tab.keys', 'key.rotate', () => import('./Keys.vue')),
    page('/settings/accounts/purposes', 'set.tab.purposes', 'account.read', () => import('./Purposes.vue')),
  ] },
  { to: '/settings/system', word: 'set.system', group: 'settings', needs: 'settings.write', routes: [
    { path: '/settings/system', redirect: '/settings/system/office' },
    page('/settings/system/office', 'set.tab.office', 'settings.write', () => import('./Office.vue')),
    page('/settings/system/emergency', 'set.tab.emergency', 'settings.write', () => import('./EmergencyPage.vue')),
    page('/settings/system/limits', 'set.tab.limits', 'settings.write', () => import('./Limits.vue')),
    page('/settings/system/webhooks', 'set.tab.webhooks', 'settings.write', () => import('./Webhooks.vue')),
    page('/settings/system/outbox', 'set.tab.outbox', 'outbox.read', () => import('./Outbox.vue')),
    page('/settings/system/purposes', 'set.tab.purposes', 'settings.write', () => import('./Purposes.vue')),
  ] },
  { to: '/audit', word: 'set.audit', group: 'settings', needs: 'audit.read', routes: [
    page('/audit', 'set.tab.ledger', 'audit.read', () => import('./AuditPage.vue')),
    page('/audit/looks', 'set.tab.looks', 'audit.read', () => import('./Looks.vue')),
    page('/audit/sealing', 'set.tab.sealing', 'audit.read', () => import('./Sealing.vue')),
    page('/audit/purposes', 'set.tab.purposes', 'audit.read', () => import('./Purposes.vue')),
  ] },
]
