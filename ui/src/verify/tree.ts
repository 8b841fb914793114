import { bytes, join, sha256 } from './sha256'

// Merkle trees of RFC 6962: a leaf is hashed after a zero byte, a node after a one.
const node = (a: Uint8Array, b: Uint8Array) => sha256(join(Uint8Array.of(1), a, b))
export const leafHash = (data: Uint8Array) => sha256(join(Uint8Array.of(0), data))

/** The root over entries, sorted by their bytes; each entry is a leaf. */
export function rootOf(entries: string[]): Uint8Array {
  const sorted = [...entries].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0)) // they are ASCII
  let level = sorted.map((e) => leafHash(bytes(e)))
  if (!level.length) return sha256(new Uint8Array())
  while (level.length > 1) {
    const up: Uint8Array[] = []
    for (let i = 0; i < level.length; i += 2) up.push(i + 1 < level.length ? node(level[i]!, level[i + 1]!) : level[i]!)
    level = up
  }
  return level[0]!
}

/** The root to which a path leads from leaf number seq of size; null when the path cannot be one (RFC 9162, 2.1.3.2). */
export function rootFrom(leaf: Uint8Array, seq: number, size: number, path: Uint8Array[]): Uint8Array | null {
  if (seq < 0 || seq >= size) return null
  let fn = seq
  let sn = size - 1
  let r = leaf
  for (const p of path) {
    if (sn === 0) return null
    if (fn % 2 === 1 || fn === sn) {
      r = node(p, r)
      while (fn % 2 === 0 && fn !== 0) { fn = Math.floor(fn / 2); sn = Math.floor(sn / 2) }
    } else r = node(r, p)
    fn = Math.floor(fn / 2)
    sn = Math.floor(sn / 2)
  }
  return sn === 0 ? r : null
}
