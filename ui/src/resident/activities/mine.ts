import { ref } from 'vue'
import { kept } from '../../lang'

/** What this device signed up for: the code, by which it is found and cancelled. Nothing else about the person. */
export interface Kept { code: string; activity: string; title: string; from: string }

function read(): Kept[] {
  try { return (JSON.parse(kept.get('signups') ?? '[]') as Kept[]).filter((x) => x.code && x.activity) } catch { return [] }
}
export const signups = ref<Kept[]>(read())
function write(l: Kept[]) { signups.value = l.slice(0, 30); kept.set('signups', JSON.stringify(signups.value)) }
export const keep = (x: Kept) => write([x, ...signups.value.filter((s) => s.code !== x.code)])
export const drop = (code: string) => write(signups.value.filter((s) => s.code !== code))
export const codeFor = (activity: string) => signups.value.find((s) => s.activity === activity)?.code ?? ''
