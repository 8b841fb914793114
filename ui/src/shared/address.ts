import type { Router } from 'vue-router'
import { pause } from './load'

let going = false

/** Tells `address` when a way to another page begins and when it is over. */
export function ways(router: Router) {
  router.beforeEach((to, from) => { going = to.path !== from.path })
  router.afterEach(() => { going = false })
}

/**
 * As `pause`, for what is written into the address of a page once the typing pauses. While the way to another page is open it is not
 * written: the router would take it for a change of mind and stay here; and never into the address of another page.
 */
export function address<A extends unknown[]>(fn: (...a: A) => void, ms?: number) {
  let of = ''
  const later = pause((...a: A) => { if (!going && location.pathname === of) fn(...a) }, ms)
  return (...a: A) => { of = location.pathname; later(...a) }
}
