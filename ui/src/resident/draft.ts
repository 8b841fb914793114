import { reactive, watch } from 'vue'
import { onceKey } from '../api'
import { kept } from '../lang'
import type { Created, EmergencyLine, MenuItem } from '../types'
import { isLocal } from '../shared/offline/db'

/** An order on its way. It lives on this device only, until it is sent or thrown away. */
export interface Draft {
  item: MenuItem | null
  lon: number | null
  lat: number | null
  place: string // the name that stands in the headline
  building: string // its id, for the map
  address: string
  form: Record<string, unknown>
  text: string
  photos: string[]
  name: string
  phone: string
  /** Sent with the order: however often it is tried, one order comes of it. */
  key: string
  at: number
}

const fresh = (): Draft => ({ item: null, lon: null, lat: null, place: '', building: '', address: '', form: {}, text: '', photos: [], name: '', phone: '', key: onceKey(), at: Date.now() })

// Photos wait on the server for an hour, so an older draft comes back with those alone that are on this device.
const photoLife = 55 * 60_000

function read(): Draft {
  try {
    const d = { ...fresh(), ...(JSON.parse(kept.get('draft') ?? '{}') as Partial<Draft>) }
    if (Date.now() - d.at > photoLife) d.photos = d.photos.filter(isLocal)
    return d
  } catch { return fresh() }
}

export const draft = reactive<Draft>(read())
watch(draft, (d) => {
  if (d.item) kept.set('draft', JSON.stringify({ ...d, at: Date.now() }))
})

/** Begins an order; the same item again goes on with what was written. */
export function begin(item: MenuItem, where: { lon: number | null; lat: number | null; place: string; building: string }) {
  const same = draft.item?.id === item.id && draft.item.flow === item.flow
  const moved = draft.lon !== where.lon || draft.lat !== where.lat
  if (!same) Object.assign(draft, fresh())
  if (moved) Object.assign(draft, { address: '', key: onceKey() })
  Object.assign(draft, where, { item })
}

export function drop() {
  kept.drop('draft')
  Object.assign(draft, fresh())
  kept.drop('draft')
}

/** Takes up what was written before: a draft that waited, or was refused. */
export function resume(d: Draft) { Object.assign(draft, fresh(), d, { key: onceKey() }) }

/** The draft lies in the outbox now; what the page shows stays until it is sent. */
export function handedOver() { kept.drop('draft') }

/** A changed order is another order: the old key would be refused with another body. */
export function renew() { draft.key = onceKey() }

// ---- what was sent from this device ---------------------------------------------------------------------------------

export interface Slip { code: string; number: string; title: string; where: string; at: string; leaf?: string; emergency?: EmergencyLine[] }

function slips(): Slip[] {
  try { return (JSON.parse(kept.get('codes') ?? '[]') as Slip[]).filter((s) => typeof s.code === 'string') } catch { return [] }
}
export const recent = reactive<{ list: Slip[] }>({ list: slips() })
const most = 30

export function remember(s: Slip) {
  const old = recent.list.find((x) => x.code === s.code)
  recent.list = [{ ...old, ...s }, ...recent.list.filter((x) => x.code !== s.code)].slice(0, most)
  kept.set('codes', JSON.stringify(recent.list))
}
export function forget(code: string) {
  recent.list = recent.list.filter((x) => x.code !== code)
  kept.set('codes', JSON.stringify(recent.list))
}
export const slipOf = (c: Created, d: { title: string; where: string }): Slip => ({
  code: c.track_code, number: c.number, title: d.title, where: d.where, at: new Date().toISOString(),
  leaf: c.receipt?.leaf, ...(c.emergency?.length ? { emergency: c.emergency } : {}),
})

/** Whether somebody typed the order's number, which stands on the receipt beside the code: place, day and five more. */
export const isNumber = (s: string): boolean => /^\d{6}20\d{6}[0-9A-Z]{4,6}$/.test(s.toUpperCase().replace(/[^0-9A-Z]/g, ''))

/** A code as people type it: any case, any spacing, and the letters that Crockford's alphabet reads as digits. */
export function tidyCode(s: string): string {
  const raw = s.toUpperCase().replace(/[^0-9A-Z]/g, '').replace(/O/g, '0').replace(/[IL]/g, '1')
  return raw.replace(/(.{4})(?=.)/g, '$1-')
}
