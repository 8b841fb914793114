import type { RouteRecordRaw } from 'vue-router'
import type { Word } from '../words'
import { routes as indicators } from './indicators/routes'
import { routes as works } from './works/routes'

/** A room of the desk: its pages, and its line in the rail for whoever holds the permission. */
export interface Room { to: string; word: Word; needs: string; routes: RouteRecordRaw[] }

/** The rooms in the order of the rail. */
export const rooms: Room[] = [
  { to: '/works', word: 'works.title', needs: 'work.read', routes: works },
  { to: '/indicators', word: 'ind.title', needs: 'indicator.read', routes: indicators },
]
