import { onBeforeUnmount, onMounted, ref } from 'vue'

/** Whether there is no network, as the browser tells it; for components. */
export function useOffline() {
  const off = ref(!navigator.onLine)
  const look = () => { off.value = !navigator.onLine }
  onMounted(() => { addEventListener('online', look); addEventListener('offline', look) })
  onBeforeUnmount(() => { removeEventListener('online', look); removeEventListener('offline', look) })
  return off
}
