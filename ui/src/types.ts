// The bodies of the REST contract, as openapi.d.ts has them (written by `npm run types` from api/openapi.json). What the
// document does not say yet is said here: which references may be null, which words are a closed set. A name that the
// document no longer has does not compile.
import type { components } from './openapi'

type S = components['schemas']
/** A schema with some of its fields told more exactly. Fields that it lacks are refused. */
type Exact<T, More extends { [K in keyof More]: K extends keyof T ? unknown : never }> = Omit<T, keyof More> & More

export type Named = S['Named']
export type Choice = S['Choice']
export type Field = S['Field']
export type FieldType = Field['type']
export type Strand = S['MenuItem']['strand']
export type PlaceRef = S['Ref']
export type At = { [K in keyof S['At']]: PlaceRef | null }
export type EmergencyLine = S['EmergencyLine']
export type Contact = S['Contact']
export type Receipt = S['Receipt']
export type Bead = S['Bead']
export type Clock = S['Clock']
export type ClockState = Clock['state']
export type Answer = S['Answer']
export type Photo = S['Photo']
export type Result = S['Result']
export type Rating = S['Rating']
export type ActionForm = S['ActionForm']
export type Acted = S['Acted']
export type CaseEvent = S['Event']
export type Unmasking = S['Unmasking']
export type PlaceNode = S['PlaceNode']
export type PlaceList = S['PlaceList']
export type MePost = Exact<S['MePost'], { org: Named | null; place: Named | null }>
export type QueueSummary = S['QueueSummary']
export type StepInfo = S['StepInfo']
export type Org = S['OrgRow']
export type Staff = S['StaffRow']
export type NewCase = S['NewCase']

/** `beads` is the string of the item's flow, `point` the place that the menu is for; older programs give neither. */
export type MenuItem = Exact<S['MenuItem'], { unit: Named | null }> & { beads?: Bead[] }
export type Menu = Exact<S['Menu'], { items: MenuItem[] | null; place: At }> & { point?: [number, number] }
export type Created = Exact<S['Created'], { place: At }>

interface Row { unit: Named | null; assignee: Named | null; clock: Clock | null; strand: Strand; strands: Strand[] | null }
export type CaseRow = Exact<S['CaseRow'], Row>
export type CaseList = Exact<S['CaseList'], { items: CaseRow[] | null }>
export type Route = Exact<S['Route'], { unit: Named | null }>
export type CaseDetail = Exact<S['CaseDetail'], Row & {
  beads: Bead[]; place: At; contact: Contact | null; result: Result | null; route: Route; similar: CaseRow[] | null
}>
export type Track = Exact<S['Track'], { beads: Bead[]; clock: Clock | null; result: Result | null; rating: Rating | null }>

export type Ratio = Exact<S['Ratio'], { rate: number | null }>
export type Rates = { [K in keyof Omit<S['Rates'], '$schema'>]: Ratio }
export type Me = Exact<S['Me'], { posts: MePost[] | null }>
export type FlowInfo = Exact<S['FlowInfo'], { beads: Bead[]; steps: StepInfo[]; strand: Strand }>
export type Config = Exact<S['Config'], { centre: [number, number]; bounds: [number, number, number, number] }>
export type Problem = Partial<S['Problem']>

export interface MapFeature {
  type: 'Feature'
  /** The place's id; streets, water and green have none. */
  id?: string
  geometry: { type: string; coordinates: unknown } | null
  properties: { name?: string; kind?: string; [k: string]: unknown }
}
export interface MapFeatures { type: 'FeatureCollection'; features: MapFeature[] | null }
