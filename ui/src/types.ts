// The bodies of the REST contract, by hand until `npm run types` writes them from api/openapi.json.
// Texts come in the reader's language; instants are RFC 3339 in UTC.

export interface Named { id: string; name: string }

export type FieldType =
  | 'text' | 'longtext' | 'number' | 'integer' | 'boolean' | 'choice' | 'choices' | 'date' | 'time'
  | 'unit' | 'units' | 'account' | 'case' | 'photos'

export interface Choice { id: string; label: string; urgent?: boolean }

export interface Field {
  id: string
  label: string
  help?: string
  type: FieldType
  required?: boolean
  choices?: Choice[]
  min?: number
  max?: number
}

export type Strand = 'zi' | 'fa' | 'de' | 'zhi'

export interface MenuItem {
  id: string
  title: string
  group: string
  note: string
  promise: string
  strand: Strand
  flow: string
  form: Field[] | null
  unit: Named | null
  /** The string of the item's flow, where the server gives it. */
  beads?: Bead[]
}

export interface PlaceRef { id: string; code: string; name: string; kind: string }

export interface At {
  grid: PlaceRef | null
  community: PlaceRef | null
  village: PlaceRef | null
  street: PlaceRef | null
  county: PlaceRef | null
  compound: PlaceRef | null
  building: PlaceRef | null
}

export interface EmergencyLine { number: string; title: string; words: string[] | null }

export interface Menu {
  items: MenuItem[] | null
  place: At
  emergency: EmergencyLine[] | null
  /** The point that the menu is for, where the server gives it. */
  point?: [number, number]
}

export interface Contact { name?: string; phone?: string }

export interface NewCase {
  flow: string
  item?: string
  text: string
  lon: number
  lat: number
  address?: string
  contact?: Contact
  photos?: string[]
  form?: Record<string, unknown>
}

export interface Receipt { ledger: string; leaf: string; signature?: string }

export interface Created {
  id: string
  number: string
  track_code: string
  step: string
  version: number
  place: At
  receipt: Receipt
  emergency?: EmergencyLine[]
}

export type ClockState = 'running' | 'late' | 'over' | 'paused' | 'stopped'

export interface Clock {
  id: string
  title: string
  limit: string
  state: ClockState
  started_at: string
  due_at: string
  stopped_at?: string
  used: number
  provisional?: boolean
  on_time?: boolean
}

export interface CaseRow {
  id: string
  number: string
  flow: string
  item?: string
  title: string
  text: string
  where: string
  step: string
  step_title: string
  bead: number
  end?: string
  version: number
  round: number
  strand: Strand
  unit: Named | null
  assignee: Named | null
  opened_at: string
  clock: Clock | null
  overdue: boolean
  supervised?: boolean
  held?: boolean
  urgent?: boolean
  mine: boolean
  lon: number
  lat: number
}

export interface CaseList { items: CaseRow[] | null; next?: string }

export interface Answer { id: string; label: string; value: unknown; said: string }
export interface Photo { id: string; url: string; thumb: string; w: number; h: number }
export interface ActionForm { id: string; title: string; form: Field[] | null; main?: boolean }
export interface Bead { char: string; en: string; name: string; who?: string; at?: string }
export interface Result { text: string; photos: Photo[] | null; at: string }
export interface Route { unit: Named | null; rule: string; say: string }
export interface Rating { score: number; solved: boolean; text?: string; at: string; round: number }

export interface CaseDetail extends CaseRow {
  flow_title: string
  beads: Bead[]
  full_text: string
  address?: string
  place: At
  contact: Contact | null
  form: Answer[] | null
  photos: Photo[] | null
  result: Result | null
  clocks: Clock[] | null
  actions: ActionForm[] | null
  cohandles: Named[] | null
  route: Route
  similar: CaseRow[] | null
  merged?: Named
  rating?: Rating
}

export interface Acted { id: string; step: string; version: number; round?: number }

export interface CaseEvent {
  id: string
  at: string
  act: string
  title: string
  line: string
  bead: number
  actor: string
  words?: string
  auto?: boolean
}

export interface Unmasking { at: string; who: string; fields: string[]; reason: string }

export interface Track {
  number: string
  flow: string
  title: string
  text: string
  where: string
  step: string
  step_title: string
  end?: string
  bead: number
  beads: Bead[]
  say: string
  clock: Clock | null
  round: number
  version: number
  unit_phone?: string
  photos: Photo[] | null
  result: Result | null
  events: CaseEvent[] | null
  actions: ActionForm[] | null
  rating: Rating | null
  seen: Unmasking[] | null
  receipt: Receipt
}

export interface PlaceNode {
  id: string
  parent?: string
  code: string
  name: string
  kind: string
  kind_name: string
  children: boolean
  lon?: number
  lat?: number
  people?: number
  households?: number
  above?: string
}

export interface PlaceList { items: PlaceNode[] | null; next?: string }

export interface Ratio { num: number; den: number; rate: number | null; comparable: boolean }
export interface Rates { response: Ratio; resolution: Ratio; satisfaction: Ratio; on_time: Ratio }

export interface MePost { role: string; role_title: string; title: string; org: Named | null; place: Named | null }

export interface Me {
  id: string
  user: string
  name: string
  tenant: string
  district: string
  demo: boolean
  posts: MePost[] | null
  may: string[] | null
}

export interface QueueSummary { mine: number; overdue: number; today: number }
export interface StepInfo { id: string; title: string; bead: number; end?: string }

export interface FlowInfo {
  id: string
  version: number
  title: string
  strand: Strand
  beads: Bead[]
  steps: StepInfo[]
  opens: Field[] | null
}

export interface Config {
  tenant: string
  district: string
  demo: boolean
  centre: [number, number]
  bounds: [number, number, number, number]
  lang: 'zh' | 'en'
}

export interface Org { id: string; name: string; kind: string; kind_name: string; place?: string | Named | null }
export interface Staff { id: string; name: string; title: string; load: number }
export interface Problem {
  title?: string
  status?: number
  detail?: string
  errors?: { field?: string; location?: string; message: string }[]
  trace?: string
}

export interface MapFeature {
  type: 'Feature'
  geometry: { type: string; coordinates: unknown } | null
  properties: { id?: string; name?: string; kind?: string; [k: string]: unknown }
}
export interface MapFeatures { type: 'FeatureCollection'; features: MapFeature[] | null }
