import { ref } from 'vue'
import { kept } from '../../lang'

/** Grows each time the tour is asked for. */
export const tourAsked = ref(0)
export const askTour = () => { tourAsked.value++ }

// Who has seen the tour in this browser, by account; * is everybody.
const seenBy = () => (kept.get('tour') ?? '').split(' ').filter(Boolean)
export const tourSeen = (user: string) => seenBy().some((u) => u === '*' || u === user)
export function markTour(user: string) { if (!tourSeen(user)) kept.set('tour', [...seenBy(), user].slice(-50).join(' ')) }
