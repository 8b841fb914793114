import type { Room } from '../rooms'

export const map: Room = {
  to: '/map', word: 'map.title', group: 'cases', needs: 'case.read',
  routes: [{ path: '/map', component: () => import('./MapPage.vue'), meta: { title: 'map.title', needs: 'case.read' } }],
}
