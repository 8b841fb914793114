import { watch } from 'vue'
import { worker } from '../../../shared/offline/register'
import { may, me } from '../../session'
import { forget, remember } from './day'
import { begin, refresh } from './queue'

/** For who makes rounds: the desk opens without a network, and what waits goes out. Nothing is kept for anybody else. */
export function patrol() {
  let who = ''
  watch(me, (m) => {
    if (m === null) { who = ''; void forget().then(() => refresh(false)) }
    if (!m || !may('round.do')) return
    void remember(m)
    if (who === m.id) return
    who = m.id
    worker('/desk-sw.js', '/desk/')
    void begin()
  }, { immediate: true })
}
