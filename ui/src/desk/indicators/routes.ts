import type { RouteRecordRaw } from 'vue-router'

export const routes: RouteRecordRaw[] = [
  { path: '/indicators', component: () => import('./Indicators.vue'), meta: { title: 'ind.title', needs: 'indicator.read' } },
  { path: '/indicators/alerts', component: () => import('./Alerts.vue'), meta: { title: 'ind.tab.alerts', needs: 'indicator.read' } },
  { path: '/indicators/log', component: () => import('./LogPage.vue'), meta: { title: 'ind.tab.log', needs: 'indicator.read' } },
  { path: '/indicators/contests', component: () => import('./Contests.vue'), meta: { title: 'ind.tab.contests', needs: 'indicator.read' } },
  { path: '/indicators/rules', component: () => import('./Rules.vue'), meta: { title: 'ind.tab.rules', needs: 'indicator.read' } },
  { path: '/indicators/definitions', component: () => import('./Definitions.vue'), meta: { title: 'in.tab', needs: 'indicator.read' } },
  { path: '/indicators/definitions/:def', component: () => import('./DefinitionForm.vue'), meta: { title: 'in.define', needs: 'indicator.write' } },
  { path: '/indicators/:id', component: () => import('./TargetPage.vue'), meta: { title: 'ind.title', needs: 'indicator.read' } },
]
