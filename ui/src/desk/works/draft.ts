import type { Draft, Stage, Work } from './calls'

export interface StakeLine { part: string; org: string; name: string }
/** A work as the form holds it: every field there, so that nothing is lost that the form does not show. */
export interface WorkFields {
  kind: string; name: string; place: string; placeName: string; host: string; hostName: string; programme: string; summary: string; address: string
  support: string; methods: string[]; uses: string[]; planName: string; planLayer: string; planCode: string; stakes: StakeLine[]; members: { id: string; name: string }[]
  pilot: boolean; source: string; stages: Stage[]
}

export const blank = (): WorkFields => ({ kind: 'other', name: '', place: '', placeName: '', host: '', hostName: '', programme: '', summary: '', address: '', support: '', methods: [], uses: [],
  planName: '', planLayer: '', planCode: '', stakes: [], members: [], pilot: false, source: '', stages: [] })

export function fieldsOf(w: Work): WorkFields {
  return { kind: w.kind, name: w.name, place: w.place?.id ?? '', placeName: w.place?.name ?? '', host: w.host?.id ?? '', hostName: w.host?.name ?? '', programme: w.programme?.id ?? '',
    summary: w.summary ?? '', address: w.address ?? '', support: (w.support ?? []).join('\n'), methods: (w.methods ?? []).map((m) => m.id), uses: (w.uses ?? []).map((u) => u.id),
    planName: w.plan?.name ?? '', planLayer: w.plan?.layer ?? '', planCode: w.plan?.code ?? '', stakes: (w.stakes ?? []).map((s) => ({ part: s.part, org: s.org ?? '', name: s.name ?? '' })),
    members: (w.members ?? []).map((m) => ({ id: m.id, name: m.name })), pilot: w.pilot, source: w.source ?? '', stages: ((w.stages ?? []) as Stage[]).map((s) => ({ ...s })) }
}

const some = <T extends object>(o: T) => Object.fromEntries(Object.entries(o).filter(([, v]) => v !== '' && v !== undefined)) as T

/** What is sent. old keeps what the form does not show: where it lies on the map, and with whom it is shared. */
export function draftOf(f: WorkFields, old: Work | null, ofCase = ''): Draft {
  const d: Record<string, unknown> = { ...some({ kind: f.kind, name: f.name.trim(), place: f.place, host: f.host, programme: f.programme, summary: f.summary.trim(), address: f.address.trim(), source: f.source.trim(), case: ofCase }),
    stages: f.stages.map((s) => { const { state_name: _, ...rest } = s; return some(rest) }), support: f.support.split('\n').map((s) => s.trim()).filter(Boolean), methods: f.methods, uses: f.uses,
    stakes: f.stakes.filter((s) => s.org || s.name.trim()).map((s) => (s.org ? { part: s.part, org: s.org } : { part: s.part, name: s.name.trim() })), members: f.members.map((m) => m.id), pilot: f.pilot }
  if (f.planName.trim()) d.plan = some({ name: f.planName.trim(), layer: f.planLayer.trim(), code: f.planCode.trim() })
  if (old) {
    d.version = old.version
    if (old.place?.id === f.place && old.lon && old.lat) { d.lon = old.lon; d.lat = old.lat }
    if (old.shared_by) d.shared = old.shared_by
  }
  return d as unknown as Draft
}
