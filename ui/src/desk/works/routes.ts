import type { RouteRecordRaw } from 'vue-router'

export const routes: RouteRecordRaw[] = [
  { path: '/works', component: () => import('./Works.vue'), meta: { title: 'works.title' } },
  { path: '/works/totals', component: () => import('./Totals.vue'), meta: { title: 'works.tab.sums' } },
  { path: '/works/sites', component: () => import('./Sites.vue'), meta: { title: 'works.tab.sites' } },
  { path: '/works/flags', component: () => import('./Flags.vue'), meta: { title: 'works.tab.flags', needs: 'register.read' } },
  { path: '/works/import', component: () => import('./ImportPage.vue'), meta: { title: 'imp.title', needs: 'work.write' } },
  { path: '/works/new', component: () => import('./NewWork.vue'), meta: { title: 'works.new', needs: 'work.write' } },
  { path: '/works/programmes', component: () => import('./Programmes.vue'), meta: { title: 'wk.tabProgrammes' } },
  { path: '/works/:id/edit', component: () => import('./NewWork.vue'), meta: { title: 'wk.editTitle', needs: 'work.write' } },
  { path: '/works/:id', component: () => import('./WorkPage.vue'), meta: { title: 'works.title' } },
]
