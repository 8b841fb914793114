import { computed, ref, shallowRef } from 'vue'
import { api, CallError } from '../api'
import { kept, lang } from '../lang'
import { titleIn } from '../shared/titles'
import type { Config, FlowInfo, Me, QueueSummary } from '../types'

/** Who is signed in: undefined while that is not known, null when nobody is. */
export const me = shallowRef<Me | null | undefined>(undefined)
export const config = shallowRef<Config | null>(null)
export const flows = shallowRef<FlowInfo[]>([])
export const queue = ref<QueueSummary | null>(null)

// What everybody may do in the district is not repeated in a person's permissions.
const everybody = new Set(['case.open', 'place.read', 'menu.read', 'activity.read', 'work.read', 'ballot.read'])
/** Whether a permission is held; of several, joined by |, any. */
export const may = (permission: string) => permission.split('|').some((p) => everybody.has(p) || (me.value?.may ?? []).includes(p))
/** Who leads a district begins with its picture, not with a queue that is never theirs. */
export const leading = computed(() => may('stats.read') && (me.value?.posts ?? []).some((p) => p.role === 'district_leader'))
// Who keeps something of the district and never has a case in hand begins with what that post is for.
const homes: Record<string, [to: string, needs: string]> = {
  planner: ['/plans', 'plan.read'], system_admin: ['/settings/menu', 'settings.write'], security_admin: ['/settings/accounts', 'account.read'], auditor: ['/audit', 'audit.read'],
}
/** How a post is called: by the title that the district gave it; to a reader of English by its role, where the title has no usual English. */
export const postName = (p: { title?: string; role_title?: string }) => titleIn(lang.value, p.title, p.role_title)
/** Where one begins, by one's posts; a post that handles cases goes before one that keeps settings. */
export function begin(): string {
  if (leading.value) return '/picture'
  const roles = (me.value?.posts ?? []).map((p) => p.role)
  const home = roles.length && roles.every((r) => homes[r]) ? homes[roles[0]!] : undefined
  if (home && may(home[1])) return home[0]
  if (working.value) return queue.value?.mine === 0 ? '/queue?tab=all' : '/queue'
  return may('stats.read') ? '/stats' : '/me'
}
export const working = computed(() => may('case.read'))

// The cookie cannot be read here. A note that somebody signed in spares visitors who did not a refused call.
export function welcome(who: Me) { me.value = who; kept.set('in', '1') }

export async function loadMe(): Promise<void> {
  if (kept.get('in') !== '1') { me.value = null; return }
  try {
    me.value = await api.me()
  } catch (e) {
    if (e instanceof CallError && (e.status === 401 || e.status === 403)) { me.value = null; kept.drop('in') }
    else throw e
  }
}

/** What every page of the desk needs: the flows for their beads, and the number beside 待办. */
export async function loadDesk(): Promise<void> {
  const none = <T>(v: T) => () => v
  const [c, f, q] = await Promise.all([
    api.config().catch(none(config.value)),
    may('flow.read') ? api.flows().catch(none(flows.value)) : Promise.resolve([]),
    working.value ? api.queue().catch(none(queue.value)) : Promise.resolve(null),
  ])
  config.value = c
  flows.value = f
  queue.value = q
}

export async function refreshQueue() {
  if (working.value) queue.value = await api.queue().catch(() => queue.value)
}

export const flowOf = (id: string) => flows.value.find((f) => f.id === id)

export async function signOut() {
  await api.signOut().catch(() => { /* the cookie is gone or the server is: either way we forget */ })
  me.value = null
  kept.drop('in')
  queue.value = null
}
