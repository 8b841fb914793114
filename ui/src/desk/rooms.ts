import type { RouteRecordRaw } from 'vue-router'
import type { Word } from '../words'
import { rounds } from './rounds/room'

/** A room of the desk: its pages, and its line in the rail for whoever holds the permission. */
export interface Room { to: string; word: Word; needs: string; routes: RouteRecordRaw[] }

/** The rooms in the order of the rail. */
export const rooms: Room[] = [
  rounds,
]
