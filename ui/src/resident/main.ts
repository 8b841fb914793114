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
import { worker } from './offline/register'
import Door from './Door.vue'

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
    { path: '/stations', component: () => import('./Stations.vue'), meta: { title: 'stations.title' } },
    { path: '/pledges', component: () => import('./Pledges.vue'), meta: { title: 'pledges.title' } },
    { path: '/t', component: () => import('./Codes.vue'), meta: { title: 'codes.title' } },
    { path: '/t/:code', component: () => import('./Track.vue'), meta: { title: 'track.title' } },
    { path: '/activities', component: () => import('./activities/Near.vue'), meta: { title: 'near.title' } },
    { path: '/activities/mine/:code', component: () => import('./activities/Mine.vue'), meta: { title: 'my.title' } },
    { path: '/activities/:id', component: () => import('./activities/One.vue'), meta: { title: 'near.title' } },
    { path: '/votes', component: () => import('./Votes.vue'), meta: { title: 'tab.votes' } },
    { path: '/votes/:id', component: () => import('./Vote.vue'), meta: { title: 'vote.title' } },
    { path: '/board', component: () => import('./Board.vue'), meta: { title: 'board.title' } },
    { path: '/board/:id', component: () => import('./Notice.vue'), meta: { title: 'board.title' } },
    { path: '/consent/:code?', component: () => import('./Consent.vue'), meta: { title: 'consent.title' } },
    { path: '/mine/:code?', component: () => import('./MyInfo.vue'), meta: { title: 'mine.title' } },
    { path: '/district', component: () => import('./District.vue'), meta: { title: 'dash.publicTitle' } },
    { path: '/reports', component: () => import('./Bulletins.vue'), meta: { title: 'public.title' } },
    { path: '/reports/:id', component: () => import('./BulletinPage.vue'), meta: { title: 'reports.title' } },
    { path: '/verify', component: () => import('./VerifyPage.vue'), meta: { title: 'verify.title' } },
    { path: '/:rest(.*)*', component: () => import('./Lost.vue'), meta: { title: 'lost.title' } },
  ],
})

dress()
watch([() => router.currentRoute.value.meta.title, lang], ([title]) => {
  document.title = (title ? t(title as Word) + ' · ' : '') + t('app.name')
}, { immediate: true })
void begin((made, w) => { const s = slipOf(made, w); remember(s); return s }, () => draft.photos)
createApp(App).use(router).mount('#app')
worker()
