// What waits on this device for a connection: orders and their photos, in the browser's own store. Nothing here is sent by itself
// but by outbox.ts.
import { database, photoBox, plain } from '../../shared/offline/db'

/** An order that is written and not yet known to have arrived. */
export interface Waiting {
  /** The Idempotency-Key: however often it is sent, one order comes of it. */
  key: string
  /** The draft as it was written, to go on with it when it is refused. */
  draft: string
  /** The body; photos are filled in when they are uploaded. */
  body: Record<string, unknown>
  photos: Part[]
  /** The very bytes that were sent: sent again they must be the same. */
  sent?: string
  title: string
  where: string
  at: string
  /** Why it was refused; it is not sent again before somebody looks at it. */
  refused?: string
}
/** A photo: kept here under `local`, known to the server as `id`. */
export interface Part { local?: string; id?: string }

const run = database('sanzhi', 1, (db) => {
  db.createObjectStore('orders', { keyPath: 'key' })
  db.createObjectStore('photos', { keyPath: 'id' })
})

export const orders = {
  all: () => run<Waiting[]>('orders', 'readonly', (s) => s.getAll() as IDBRequest<Waiting[]>),
  get: (key: string) => run<Waiting | undefined>('orders', 'readonly', (s) => s.get(key) as IDBRequest<Waiting | undefined>),
  put: (w: Waiting) => run('orders', 'readwrite', (s) => s.put(plain(w))),
  drop: (key: string) => run('orders', 'readwrite', (s) => s.delete(key)),
}
export const photos = photoBox(run)
