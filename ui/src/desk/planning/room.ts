import type { Room } from '../rooms'

export const planning: Room = {
  to: '/plans', word: 'plan.title', group: 'daily', needs: 'plan.read',
  routes: [
    { path: '/plans', component: () => import('./Plans.vue'), meta: { title: 'plan.title', needs: 'plan.read' } },
    { path: '/plans/new', component: () => import('./NewPlan.vue'), meta: { title: 'plan.new', needs: 'plan.write' } },
    { path: '/plans/:id', component: () => import('./PlanPage.vue'), meta: { title: 'plan.title', needs: 'plan.read' } },
  ],
}
