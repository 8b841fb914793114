import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { BadKey, NotAFile, verify } from '../src/verify/check'
import { bytes, hex, sha256 } from '../src/verify/sha256'
import { leafHash, rootFrom, rootOf } from '../src/verify/tree'

// A bulletin of one grid of a demonstration district, sealed and signed by the program, with the public key of that district.
const file = JSON.parse(readFileSync(join(__dirname, 'bulletin-proof.json'), 'utf8'))
const key: string = file.key
type Any = Record<string, any> // eslint-disable-line
const copy = (): Any => structuredClone(file.bundle)
const check = (b: unknown, k = key) => verify(JSON.stringify(b), k)

describe('SHA-256', () => {
  it('is that of the platform, at every length around a block', () => {
    for (let n = 0; n < 200; n++) {
      const s = 'ab余'.repeat(n).slice(0, n)
      expect(hex(sha256(bytes(s))), String(n)).toBe(createHash('sha256').update(s).digest('hex'))
    }
  })
})

describe('the tree', () => {
  it('leads from each leaf to the root, and from no other place', () => {
    const node = (a: Uint8Array, b: Uint8Array) => sha256(Uint8Array.from([1, ...a, ...b]))
    // RFC 6962: the largest power of two smaller than n leaves lies at the left.
    const split = (n: number) => { let k = 1; while (k * 2 < n) k *= 2; return k }
    const root = (l: Uint8Array[]): Uint8Array => (l.length === 1 ? l[0]! : node(root(l.slice(0, split(l.length))), root(l.slice(split(l.length)))))
    const path = (l: Uint8Array[], i: number): Uint8Array[] => {
      if (l.length === 1) return []
      const k = split(l.length)
      return i < k ? [...path(l.slice(0, k), i), root(l.slice(k))] : [...path(l.slice(k), i - k), root(l.slice(0, k))]
    }
    for (let n = 1; n < 20; n++) {
      const entries = Array.from({ length: n }, (_, i) => 'e' + String(i).padStart(2, '0'))
      const leaves = entries.map((e) => leafHash(bytes(e)))
      expect(hex(rootOf([...entries].reverse()))).toBe(hex(root(leaves)))
      for (let i = 0; i < n; i++) {
        expect(hex(rootFrom(leaves[i]!, i, n, path(leaves, i))!)).toBe(hex(root(leaves)))
        const wrong = rootFrom(leaves[i]!, (i + 1) % n, n, path(leaves, i))
        if (n > 1) expect(wrong === null || hex(wrong) !== hex(root(leaves))).toBe(true)
      }
    }
    expect(rootFrom(leafHash(bytes('x')), 3, 3, [])).toBeNull()
  })
})

describe('checking a file', () => {
  it('holds for what the program made', async () => {
    const v = await check(file.bundle)
    expect(v).toMatchObject({ what: 'bulletin', flaws: [], signed: true })
    expect(v.figures).toBeGreaterThan(10)
    expect(v.sealed!.size).toBeGreaterThan(v.sealed!.seq)
    expect(await check(file.bundle.receipt)).toMatchObject({ what: 'receipt', flaws: [], signed: true })
  })

  const some = Object.keys(file.bundle.entries).find((k) => file.bundle.entries[k].length > 0)!
  const cases: [string, (b: Any) => void, string][] = [
    ['a word of the text', (b) => { b.bulletin = b.bulletin.replace('急难愁盼', '一切') }, 'text'],
    ['a number of a figure', (b) => { b.bulletin = b.bulletin.replace(`"num":${JSON.parse(b.bulletin).figures.find((f: Any) => f.key === some).num}`, '"num":99') }, 'text'],
    ['a record changed', (b) => { b.entries[some][0] = b.entries[some][0].replace(/ [0-9a-f]/, (s: string) => (s === ' 0' ? ' 1' : ' 0')) }, 'set'],
    ['a record added', (b) => { b.entries[some] = [...b.entries[some], 'row ' + 'f'.repeat(64) + ' 1/1'].sort() }, 'set'],
    ['a record dropped', (b) => { b.entries[some].pop() }, 'set'],
    ['records of a figure gone', (b) => { delete b.entries[some] }, 'set'],
    ['records of no figure', (b) => { b.entries.more = [] }, 'set'],
    ['the record of the row', (b) => { b.receipt.record = b.receipt.record.replace('report.issue', 'report.other') }, 'signature'],
    ['the signature', (b) => { b.receipt.signature = b.receipt.signature.replace(/^./, (c: string) => (c === 'A' ? 'B' : 'A')) }, 'signature'],
    ['the path', (b) => { b.receipt.proof.path.reverse() }, 'signature'],
    ['the number of the row', (b) => { b.receipt.proof.seq -= 1 }, 'signature'],
    ['the checkpoint', (b) => { b.receipt.proof.checkpoint = b.receipt.proof.checkpoint.replace('time 2', 'time 3') }, 'signature'],
    ['the district', (b) => { b.tenant = '630104' }, 'row'],
  ]
  it.each(cases)('finds a change of %s', async (_, change, kind) => {
    const b = copy()
    change(b)
    expect(b).not.toEqual(file.bundle)
    expect((await check(b)).flaws.map((f) => f.kind)).toContain(kind)
  })

  it('says that it cannot tell, where the browser knows no Ed25519', async () => {
    const v = await verify(JSON.stringify(file.bundle), key, async () => null)
    expect(v).toMatchObject({ signed: null, flaws: [] })
  })

  it('refuses what is no file of ours, and a key with a slip in it', async () => {
    await expect(verify('{}', key)).rejects.toBeInstanceOf(NotAFile)
    await expect(verify('not JSON', key)).rejects.toBeInstanceOf(NotAFile)
    for (const k of ['', 'sanzhi+00000000+AAAA', key.replace(/.$/, (c) => (c === 'A' ? 'B' : 'A')), key.replace(/\+./, '+g')]) await expect(check(file.bundle, k)).rejects.toBeInstanceOf(BadKey)
  })

  it('does not hold with another district’s key', async () => {
    const other = await crypto.subtle.generateKey({ name: 'Ed25519' }, true, ['sign', 'verify']) as CryptoKeyPair
    const raw = Buffer.from([1, ...new Uint8Array(await crypto.subtle.exportKey('raw', other.publicKey))])
    const id = createHash('sha256').update(Buffer.concat([Buffer.from('sanzhi\n'), raw])).digest('hex').slice(0, 8)
    expect((await check(file.bundle, `sanzhi+${id}+${raw.toString('base64')}`)).flaws.map((f) => f.kind)).toContain('signature')
  })
})
