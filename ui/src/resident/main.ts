import '../words/resident-face'
import { createApp, watch } from 'vue'
import { createRouter, createWebHistory } from 'vue-router'
import '../styles/base.css'
import './resident.css'
import { dress, lang } from '../lang'
import { t, type Word } from '../words'
import App from './App.vue'
import { draft, remember, slipOf } from './draft'
import { begin } from './offline/outbox'
import { ways } from '../shared/address'
import { worker } from '../shared/offline/register'
import Door from './Door.vue'

/** A page of the rooms behind the first ones: their words come beside it. */
const worded = <P,>(page: () => Promise<P>) => async () => (await Promise.all([page(), import('../words/resident-more')]))[0]

const router = createRouter({
  history: createWebHistory(),
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
  routes: [
    { path: '/', component: Door, meta: { title: 'door.title' } },
    { path: '/choose', component: () => import('./Choose.vue'), meta: { title: 'choose.title' } },
    { path: '/order/where', component: () => import('./Where.vue'), meta: { title: 'where.title' } },
    { path: '/order/what', component: () => import('./What.vue'), meta: { title: 'what.title' } },
    { path: '/order/send', component: () => import('./Send.vue'), meta: { title: 'send.title' } },
    { path: '/sent', component: () => import('./Sent.vue'), meta: { title: 'sent.title' } },
    { path: '/waiting', component: () => import('./offline/Waiting.vue'), meta: { title: 'waiting.title' } },
    { path: '/near', component: () => import('./near/Near.vue'), meta: { title: 'around.title' } },
    { path: '/stations', component: worded(() => import('./Stations.vue')), meta: { title: 'stations.title' } },
    { path: '/pledges', component: worded(() => import('./Pledges.vue')), meta: { title: 'pledges.title' } },
    { path: '/t', component: () => import('./Codes.vue'), meta: { title: 'codes.title' } },
    { path: '/t/:code', component: () => import('./Track.vue'), meta: { title: 'track.title' } },
    { path: '/activities', component: worded(() => import('./activities/Near.vue')), meta: { title: 'near.title' } },
    { path: '/activities/mine/:code', component: worded(() => import('./activities/Mine.vue')), meta: { title: 'my.title' } },
    { path: '/activities/:id', component: worded(() => import('./activities/One.vue')), meta: { title: 'near.title' } },
    { path: '/votes', component: worded(() => import('./Votes.vue')), meta: { title: 'tab.votes' } },
    { path: '/votes/:id', component: worded(() => import('./Vote.vue')), meta: { title: 'vote.title' } },
    { path: '/board', component: worded(() => import('./Board.vue')), meta: { title: 'board.title' } },
    { path: '/board/:id', component: worded(() => import('./Notice.vue')), meta: { title: 'board.title' } },
    { path: '/consent/:code?', component: worded(() => import('./Consent.vue')), meta: { title: 'consent.title' } },
    { path: '/mine/:code?', component: worded(() => import('./MyInfo.vue')), meta: { title: 'mine.title' } },
    { path: '/district', component: worded(() => import('./District.vue')), meta: { title: 'dash.publicTitle' } },
    { path: '/reports', component: worded(() => import('./Bulletins.vue')), meta: { title: 'public.title' } },
    { path: '/reports/:id', component: worded(() => import('./BulletinPage.vue')), meta: { title: 'reports.title' } },
    { path: '/verify', component: worded(() => import('./VerifyPage.vue')), meta: { title: 'verify.title' } },
    { path: '/:rest(.*)*', component: () => import('./Lost.vue'), meta: { title: 'lost.title' } },
  ],
})
ways(router)

dress()
watch([() => router.currentRoute.value.meta.title, lang], ([title]) => {
  document.title = (title ? t(title as Word) + ' · ' : '') + t('app.name')
}, { immediate: true })
void begin((made, w) => { const s = slipOf(made, w); remember(s); return s }, () => draft.photos)
createApp(App).use(router).mount('#app')
worker()
