/** The service worker comes after everything else: the first visit is not slowed by it. */
export function worker(script = '/sw.js', scope = '/') {
  if (!('serviceWorker' in navigator) || !import.meta.env.PROD) return
  const go = () => void navigator.serviceWorker.register(script, { scope }).catch(() => { /* without it the pages need a network */ })
  const idle = () => ('requestIdleCallback' in window ? requestIdleCallback(go, { timeout: 5000 }) : setTimeout(go, 1500))
  if (document.readyState === 'complete') idle()
  else addEventListener('load', idle, { once: true })
}
