import { ref } from 'vue'
import { api } from '../api'
import { kept } from '../lang'
import type { At, Menu, PlaceNode } from '../types'

/** Where the resident stands: a place of the district, a point, or both. */
export interface Spot { place?: string; lon?: number; lat?: number; name?: string }

function read(): Spot | null {
  try { return JSON.parse(kept.get('spot') ?? 'null') as Spot | null } catch { return null }
}

export const spot = ref<Spot | null>(read())

export function setSpot(s: Spot) {
  spot.value = s
  kept.set('spot', JSON.stringify(s))
}

/** The door's code says ?place=ID or ?at=lon,lat. Anything else in the address is not a place. */
export function spotOf(query: Record<string, unknown>): Spot | null {
  const place = typeof query.place === 'string' && /^[0-9A-Z]{26}$/.test(query.place) ? query.place : undefined
  const m = typeof query.at === 'string' ? /^(-?\d{1,3}(?:\.\d+)?),(-?\d{1,2}(?:\.\d+)?)$/.exec(query.at) : null
  if (!place && !m) return null
  return { ...(place ? { place } : {}), ...(m ? { lon: Number(m[1]), lat: Number(m[2]) } : {}) }
}

/** The device's own position. It is used once for this menu and is not kept beyond the chosen place. */
export function here(): Promise<Spot> {
  return new Promise((ok, no) => {
    if (!('geolocation' in navigator) || !window.isSecureContext) { no(new Error('none')); return }
    navigator.geolocation.getCurrentPosition(
      (p) => ok({ lon: Number(p.coords.longitude.toFixed(6)), lat: Number(p.coords.latitude.toFixed(6)) }),
      no, { enableHighAccuracy: true, timeout: 8000, maximumAge: 60_000 },
    )
  })
}

export const menuFor = (s: Spot): Promise<Menu> => (s.lon !== undefined && s.lat !== undefined ? api.menuAt(s.lon, s.lat) : api.menuOf(s.place!))

/** The smallest places first, for a headline: building, else compound, else community. */
export function nameOf(at: At): { head: string; sub: string } {
  const chain = [at.building, at.compound, at.community ?? at.village, at.street].filter((p) => p !== null)
  const head = at.building && at.compound && !at.building.name.includes(at.compound.name)
    ? at.compound.name + ' ' + at.building.name : (chain[0]?.name ?? at.county?.name ?? '')
  const sub = [at.community ?? at.village, at.street].filter((p) => p && p.name !== head).map((p) => p!.name).join(' · ')
  return { head, sub }
}

/** A place's own point: from the menu, else from its row in the tree below one of the places that hold it. */
export async function pointOf(s: Spot, menu: Menu): Promise<{ lon: number; lat: number } | null> {
  if (s.lon !== undefined && s.lat !== undefined) return { lon: s.lon, lat: s.lat }
  if (menu.point) return { lon: menu.point[0], lat: menu.point[1] }
  const at = menu.place
  for (const up of [at.compound, at.grid, at.community, at.village, at.street, at.county]) {
    if (!up || up.id === s.place) continue
    const row = await findBelow(up.id, s.place!)
    if (row?.lon !== undefined && row.lat !== undefined) return { lon: row.lon, lat: row.lat }
  }
  return null
}

async function findBelow(parent: string, id: string): Promise<PlaceNode | null> {
  for (let after = '', n = 0; n < 20; n++) {
    const page = await api.places({ parent, after })
    const row = (page.items ?? []).find((p) => p.id === id)
    if (row || !page.next) return row ?? null
    after = page.next
  }
  return null
}
