// The browser's own store, for what must outlive the page: what waits for a connection, with its photos.

export type Run = <R>(store: string, mode: IDBTransactionMode, fn: (s: IDBObjectStore) => IDBRequest<R>) => Promise<R>

/** A store of this name; it is opened when first used. What is written is on the disk when the promise is kept. */
export function database(name: string, version: number, make: (db: IDBDatabase) => void): Run {
  let opened: Promise<IDBDatabase> | null = null
  const open = () => {
    opened ??= new Promise<IDBDatabase>((ok, no) => {
      const r = indexedDB.open(name, version)
      r.onupgradeneeded = () => make(r.result)
      r.onsuccess = () => ok(r.result)
      r.onerror = () => no(r.error ?? new Error('no store'))
      r.onblocked = () => no(new Error('blocked'))
    })
    opened.catch(() => { opened = null })
    return opened
  }
  return async <R>(store: string, mode: IDBTransactionMode, fn: (s: IDBObjectStore) => IDBRequest<R>) => {
    const db = await open()
    return new Promise<R>((ok, no) => {
      const tx = db.transaction(store, mode, { durability: 'strict' } as IDBTransactionOptions)
      const r = fn(tx.objectStore(store))
      tx.oncomplete = () => ok(r.result)
      tx.onabort = tx.onerror = () => no(tx.error ?? r.error ?? new Error('not kept'))
    })
  }
}

/** A plain copy: what Vue watches cannot be stored. */
export const plain = <V>(v: V) => JSON.parse(JSON.stringify(v)) as V

/** A photo as it is kept: `key` names its upload, `up` is its id at the server once it is there. */
export interface KeptPhoto { id: string; blob: Blob; at: number; key: string; up?: string; upAt?: number }
const prefix = 'local:'
export const isLocal = (id: string) => id.startsWith(prefix)

/** The photos of a store, which has an object store `photos` for them. */
export function photoBox(run: Run) {
  return {
    async put(blob: Blob, id: string): Promise<string> {
      await run('photos', 'readwrite', (s) => s.put({ id: prefix + id, blob, at: Date.now(), key: id } satisfies KeptPhoto))
      return prefix + id
    },
    one: (id: string) => run<KeptPhoto | undefined>('photos', 'readonly', (s) => s.get(id) as IDBRequest<KeptPhoto | undefined>),
    write: (k: KeptPhoto) => run('photos', 'readwrite', (s) => s.put(k)),
    drop: (id: string) => run('photos', 'readwrite', (s) => s.delete(id)),
    /** Forgets photos that nothing needs any more. */
    async sweep(needed: Set<string>) {
      const keys = await run<IDBValidKey[]>('photos', 'readonly', (s) => s.getAllKeys())
      for (const k of keys) if (!needed.has(String(k))) await run('photos', 'readwrite', (s) => s.delete(k))
    },
  }
}
export type PhotoBox = ReturnType<typeof photoBox>
