import { ref, shallowRef } from 'vue'
import { api, CallError } from '../api'
import { kept } from '../lang'
import type { Me } from '../types'

/** Who is signed in on this device: undefined while that is not known, null when nobody is. */
export const who = shallowRef<Me | null | undefined>(undefined)
export const signFault = ref('')

export async function loadWho(): Promise<void> {
  if (who.value !== undefined) return
  if (kept.get('in') !== '1') { who.value = null; return }
  try { who.value = await api.me() } catch (e) {
    who.value = null
    if (e instanceof CallError && (e.status === 401 || e.status === 403)) kept.drop('in')
  }
}

export async function signIn(user: string, password: string): Promise<boolean> {
  signFault.value = ''
  try {
    who.value = await api.signIn(user.trim(), password)
    kept.set('in', '1')
    return true
  } catch (e) { signFault.value = (e as Error).message; return false }
}
