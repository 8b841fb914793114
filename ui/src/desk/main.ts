import '../words/desk-face'
import { createApp, watch } from 'vue'
import { createRouter, createWebHistory } from 'vue-router'
import '../styles/base.css'
import './desk.css'
import { dress, lang } from '../lang'
import { ways } from '../shared/address'
import { t, type Word } from '../words'
import App from './App.vue'
import { rooms } from './rooms'
import { arrive } from './rounds/patrol/day'
import { patrol } from './rounds/patrol/start'
import { begin, loadDesk, loadMe, may, me } from './session'

declare module 'vue-router' {
  interface RouteMeta { title?: Word; open?: boolean; needs?: string }
}

const router = createRouter({
  history: createWebHistory('/desk/'),
  scrollBehavior: (to, from, saved) => saved ?? (to.path === from.path ? undefined : { top: 0 }),
  routes: [
    // Where one begins depends on one's posts, which are known only once the guard below has asked for them.
    { path: '/', component: () => import('./Lost.vue'), beforeEnter: () => begin() },
    { path: '/sign-in', component: () => import('./SignIn.vue'), meta: { title: 'sign.title', open: true } },
    { path: '/queue', component: () => import('./Queue.vue'), meta: { title: 'queue.title', needs: 'case.read' } },
    { path: '/cases/:id', component: () => import('./CasePage.vue'), meta: { title: 'case.title', needs: 'case.read' } },
    { path: '/new', component: () => import('./NewCase.vue'), meta: { title: 'new.title' } },
    { path: '/places', component: () => import('./Places.vue'), meta: { title: 'places.title' } },
    { path: '/stats', component: () => import('./Stats.vue'), meta: { title: 'stats.title', needs: 'stats.read' } },
    ...rooms.flatMap((r) => r.routes),
    { path: '/me', component: () => import('./MePage.vue'), meta: { title: 'me.title' } },
    { path: '/help/:room?', component: () => import('./help/Help.vue'), meta: { title: 'help.title' } },
    { path: '/:rest(.*)*', component: () => import('./Lost.vue'), meta: { title: 'lost.title' } },
  ],
})
ways(router)

router.beforeEach(async (to) => {
  if (me.value === undefined) await arrive()
  if (!me.value && !to.meta.open) return { path: '/sign-in', query: to.fullPath === '/' ? {} : { next: to.fullPath } }
  if (me.value && to.path === '/sign-in') return '/'
  if (me.value?.must_change && to.path !== '/me') return '/me'
  if (to.meta.needs && !may(to.meta.needs)) return '/me'
  return true
})

dress()
watch([() => router.currentRoute.value.meta.title, lang], ([title]) => {
  document.title = (title ? t(title) + ' · ' : '') + t('desk.name') + ' · ' + t('app.name')
}, { immediate: true })
// Answers carry texts in the reader's language.
watch(lang, () => { if (me.value) void loadMe().then(loadDesk).catch(() => { /* the old words stay */ }) })
patrol()
createApp(App).use(router).mount('#app')
