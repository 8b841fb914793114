import { shallowRef } from 'vue'
import type { Hit } from './calls'

/** What was found at the counter, until the next search or until the page is left for good. */
export const hits = shallowRef<Hit[] | null>(null)
export const more = shallowRef(false)
