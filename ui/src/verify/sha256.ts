// SHA-256 in plain code: WebCrypto's is absent on plain HTTP, and asynchronous where thousands of small hashes are wanted.
const K = new Uint32Array(64)
const H0 = new Uint32Array(8)
{
  // The constants are the first bits of the fractions of square and cube roots of primes (FIPS 180-4, 4.2.2 and 5.3.3).
  const primes: number[] = []
  for (let n = 2; primes.length < 64; n++) if (primes.every((p) => n % p)) primes.push(n)
  const root = (n: number, k: number) => {
    const scale = 1n << BigInt(32 * k)
    const target = BigInt(n) * scale
    let lo = 0n
    let hi = 1n << 40n
    while (lo < hi) {
      const mid = (lo + hi + 1n) >> 1n
      if (mid ** BigInt(k) <= target) lo = mid
      else hi = mid - 1n
    }
    return Number(lo & 0xffffffffn)
  }
  primes.forEach((p, i) => { K[i] = root(p, 3); if (i < 8) H0[i] = root(p, 2) })
}

const w = new Uint32Array(64)
const rotr = (x: number, n: number) => (x >>> n) | (x << (32 - n))

export function sha256(data: Uint8Array): Uint8Array {
  const blocks = (data.length + 9 + 63) >> 6
  const m = new Uint8Array(blocks * 64)
  m.set(data)
  m[data.length] = 0x80
  const view = new DataView(m.buffer)
  view.setUint32(m.length - 8, Math.floor(data.length / 0x20000000))
  view.setUint32(m.length - 4, (data.length << 3) >>> 0)
  const h = Uint32Array.from(H0)
  for (let at = 0; at < m.length; at += 64) {
    for (let i = 0; i < 16; i++) w[i] = view.getUint32(at + i * 4)
    for (let i = 16; i < 64; i++) {
      const a = w[i - 15]!
      const b = w[i - 2]!
      w[i] = (w[i - 16]! + (rotr(a, 7) ^ rotr(a, 18) ^ (a >>> 3)) + w[i - 7]! + (rotr(b, 17) ^ rotr(b, 19) ^ (b >>> 10))) | 0
    }
    let [a, b, c, d, e, f, g, x] = h as unknown as [number, number, number, number, number, number, number, number]
    for (let i = 0; i < 64; i++) {
      const t1 = (x + (rotr(e, 6) ^ rotr(e, 11) ^ rotr(e, 25)) + ((e & f) ^ (~e & g)) + K[i]! + w[i]!) | 0
      const t2 = ((rotr(a, 2) ^ rotr(a, 13) ^ rotr(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0
      x = g; g = f; f = e; e = (d + t1) | 0; d = c; c = b; b = a; a = (t1 + t2) | 0
    }
    ;[a, b, c, d, e, f, g, x].forEach((v, i) => { h[i] = (h[i]! + v) | 0 })
  }
  const out = new Uint8Array(32)
  const o = new DataView(out.buffer)
  h.forEach((v, i) => o.setUint32(i * 4, v))
  return out
}

export const bytes = (s: string) => new TextEncoder().encode(s)
export const hex = (b: Uint8Array) => Array.from(b, (x) => x.toString(16).padStart(2, '0')).join('')
export function unhex(s: string): Uint8Array {
  if (!/^([0-9a-f]{2})*$/.test(s)) throw new Error('not hexadecimal')
  return Uint8Array.from(s.match(/../g) ?? [], (x) => parseInt(x, 16))
}
export const unbase64 = (s: string) => Uint8Array.from(atob(s), (c) => c.charCodeAt(0))
export function join(...parts: Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((n, p) => n + p.length, 0))
  let at = 0
  for (const p of parts) { out.set(p, at); at += p.length }
  return out
}
