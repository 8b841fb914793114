import { nextTick } from 'vue'
import type { Router } from 'vue-router'

/** On a telephone a row of tabs runs beyond the edge: the one that is open is brought into sight whenever a page is. */
export function showTab(router: Router) {
  router.afterEach(() => void nextTick(() => requestAnimationFrame(() => {
    for (const at of document.querySelectorAll('.views [aria-current="page"]')) {
      const row = at.closest<HTMLElement>('.views')!
      const [a, b] = [at.getBoundingClientRect(), row.getBoundingClientRect()]
      if (a.left < b.left + 16 || a.right > b.right - 16) row.scrollLeft += a.left - b.left - (b.width - a.width) / 2
    }
  })))
}
