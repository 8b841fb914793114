// What waits on this device for a connection: orders and their photos, in the browser's own store. Nothing here is sent by itself
// but by outbox.ts.

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

const name = 'sanzhi'
let opened: Promise<IDBDatabase> | null = null

function open(): Promise<IDBDatabase> {
  opened ??= new Promise<IDBDatabase>((ok, no) => {
    const r = indexedDB.open(name, 1)
    r.onupgradeneeded = () => {
      r.result.createObjectStore('orders', { keyPath: 'key' })
      r.result.createObjectStore('photos', { keyPath: 'id' })
    }
    r.onsuccess = () => ok(r.result)
    r.onerror = () => no(r.error ?? new Error('no store'))
    r.onblocked = () => no(new Error('blocked'))
  })
  opened.catch(() => { opened = null })
  return opened
}

async function run<R>(store: 'orders' | 'photos', mode: IDBTransactionMode, fn: (s: IDBObjectStore) => IDBRequest<R>): Promise<R> {
  const db = await open()
  return new Promise<R>((ok, no) => {
    const tx = db.transaction(store, mode, { durability: 'strict' } as IDBTransactionOptions)
    const r = fn(tx.objectStore(store))
    tx.oncomplete = () => ok(r.result)
    tx.onabort = tx.onerror = () => no(tx.error ?? new Error('not kept'))
  })
}

export const orders = {
  all: () => run<Waiting[]>('orders', 'readonly', (s) => s.getAll() as IDBRequest<Waiting[]>),
  get: (key: string) => run<Waiting | undefined>('orders', 'readonly', (s) => s.get(key) as IDBRequest<Waiting | undefined>),
  // A plain copy: what Vue watches cannot be stored.
  put: (w: Waiting) => run('orders', 'readwrite', (s) => s.put(JSON.parse(JSON.stringify(w)))),
  drop: (key: string) => run('orders', 'readwrite', (s) => s.delete(key)),
}

interface Kept { id: string; blob: Blob; at: number; key: string; up?: string; upAt?: number }
const prefix = 'local:'
export const isLocal = (id: string) => id.startsWith(prefix)

export const photos = {
  async put(blob: Blob, id: string): Promise<string> {
    await run('photos', 'readwrite', (s) => s.put({ id: prefix + id, blob, at: Date.now(), key: id } satisfies Kept))
    return prefix + id
  },
  one: (id: string) => run<Kept | undefined>('photos', 'readonly', (s) => s.get(id) as IDBRequest<Kept | undefined>),
  write: (k: Kept) => run('photos', 'readwrite', (s) => s.put(k)),
  drop: (id: string) => run('photos', 'readwrite', (s) => s.delete(id)),
  /** Forgets photos that no draft and no order needs any more. */
  async sweep(needed: Set<string>) {
    const keys = await run<IDBValidKey[]>('photos', 'readonly', (s) => s.getAllKeys())
    for (const k of keys) if (!needed.has(String(k))) await run('photos', 'readwrite', (s) => s.delete(k))
  },
}
