import { bytes, hex, sha256, unbase64, unhex } from './sha256'
import { leafHash, rootFrom, rootOf } from './tree'

/** What was found wrong, and in which figure. */
export interface Flaw { kind: 'signature' | 'row' | 'text' | 'figure' | 'set'; where?: string }
export interface Verdict {
  what: 'bulletin' | 'receipt'
  flaws: Flaw[]
  /** null: this browser cannot check Ed25519. */
  signed: boolean | null
  sealed?: { seq: number; size: number }
  number?: { zh: string; en: string }
  /** What the ledger row says was done, and when, where the file shows it. */
  row?: { act: string; at: string }
  leaf?: string
  figures: number
  records: number
}

interface Receipt { tenant: string; ledger: string; leaf: string; signature?: string; record?: string; proof?: { seq: number; path: string[]; checkpoint: string } }
interface Committed { key: string; hidden: boolean; num?: number; den?: number; size?: number; root?: string }
interface Row { act: string; at?: string | number; object: string; tenant: string; id: string; public: { digest?: string; as_of?: number; figures?: Committed[] } }
interface Figure { key: string; hidden?: boolean; num: number; den: number; size: number; root: string }
interface Doc { id: string; tenant: string; as_of: string; number: { zh: string; en: string }; figures: Figure[] }
interface Bundle { kind: string; tenant: string; bulletin: string; entries: Record<string, string[]>; receipt: Receipt }

export class NotAFile extends Error {}
export class BadKey extends Error {}

/** The public key of a line such as sanzhi+0a1b2c3d+BASE64. */
export function parseKey(line: string): { raw: Uint8Array; id: string } {
  const m = /^(sanzhi)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/.exec(line.trim())
  if (!m) throw new BadKey()
  let key: Uint8Array
  try { key = unbase64(m[3]!) } catch { throw new BadKey() }
  if (key.length !== 33 || key[0] !== 1) throw new BadKey()
  // The number in the line is the beginning of the hash over name and key: a slip of the pen is found.
  const name = bytes(m[1] + '\n')
  const all = new Uint8Array(name.length + key.length)
  all.set(name)
  all.set(key, name.length)
  if (hex(sha256(all).slice(0, 4)) !== m[2]) throw new BadKey()
  return { raw: key.slice(1), id: m[2]! }
}

/** Whether a signature holds; null where the browser cannot tell. */
export type Signed = (text: Uint8Array, signature: Uint8Array) => Promise<boolean | null>

export async function webCrypto(raw: Uint8Array): Promise<Signed> {
  const subtle = globalThis.crypto?.subtle
  let key: CryptoKey | null = null
  try { key = subtle ? await subtle.importKey('raw', raw as BufferSource, { name: 'Ed25519' }, false, ['verify']) : null } catch { key = null }
  return async (text, signature) => (key ? subtle.verify({ name: 'Ed25519' }, key, signature as BufferSource, text as BufferSource) : null)
}

/** A signed note: the text, and the signature of the key with the number. */
function openNote(note: string, id: string): { text: string; signature: Uint8Array } | null {
  const cut = note.lastIndexOf('\n\n')
  if (cut < 0) return null
  for (const line of note.slice(cut + 2).split('\n')) {
    const m = /^— sanzhi ([A-Za-z0-9+/=]+)$/.exec(line)
    if (!m) continue
    try {
      const b = unbase64(m[1]!)
      if (b.length === 68 && hex(b.slice(0, 4)) === id) return { text: note.slice(0, cut + 1), signature: b.slice(4) }
    } catch { /* not ours */ }
  }
  return null
}

/** What the checkpoint's text says. */
function readCheckpoint(text: string): { tenant: string; size: number; root: string } | null {
  const m = /^sanzhi\/(\d{6})\n(\d+)\n([A-Za-z0-9+/=]+)\ntime \S+\n$/.exec(text)
  return m ? { tenant: m[1]!, size: Number(m[2]), root: m[3]! } : null
}

/** Checks signature, record and path of a receipt; gives the row that it shows. */
async function checkReceipt(r: Receipt, keyId: string, signed: Signed, v: Verdict): Promise<Row | null> {
  const bad = (kind: Flaw['kind']) => { v.flaws.push({ kind }); return null }
  let row: Row | null = null
  try {
    if (r.signature) {
      const ok = await signed(bytes(`sanzhi receipt v1\n${r.tenant}\n${r.leaf}`), unbase64(r.signature))
      if (ok === false) return bad('signature')
      v.signed = ok
    }
    if (r.record !== undefined && r.record !== '') {
      if (hex(sha256(bytes(r.record))) !== r.leaf) return bad('signature')
      row = JSON.parse(r.record) as Row
      if (row.id !== r.ledger || row.tenant !== r.tenant) return bad('row')
    }
    if (r.proof) {
      const note = openNote(r.proof.checkpoint, keyId)
      const cp = note && readCheckpoint(note.text)
      if (!note || !cp || cp.tenant !== r.tenant) return bad('signature')
      const ok = await signed(bytes(note.text), note.signature)
      if (ok === false) return bad('signature')
      v.signed = ok
      const root = rootFrom(leafHash(unhex(r.leaf)), r.proof.seq, cp.size, r.proof.path.map(unbase64))
      if (!root || hex(root) !== hex(unbase64(cp.root))) return bad('signature')
      v.sealed = { seq: r.proof.seq, size: cp.size }
    }
    if (!r.signature && !r.proof) return bad('signature')
  } catch { return bad('signature') }
  return row
}

const entry = /^(?:ledger|row) [0-9a-f]{64} (\d+)\/(\d+)$/

/** Checks one figure: its records give its count and its root, and the ledger row says the same. */
function checkFigure(f: Figure, entries: string[] | undefined, said: Committed | undefined, v: Verdict) {
  const bad = (kind: Flaw['kind']) => v.flaws.push({ kind, where: f.key })
  if (f.hidden) { if (entries?.length) bad('set'); return }
  if (!entries) { bad('set'); return }
  v.records += entries.length
  let num = 0
  let den = 0
  for (const [i, e] of entries.entries()) {
    const m = entry.exec(e)
    if (!m || (i > 0 && entries[i - 1]! >= e)) { bad('set'); return }
    num += Number(m[1])
    den += Number(m[2])
  }
  if (num !== f.num || den !== f.den || entries.length !== f.size) bad('figure')
  if (hex(rootOf(entries)) !== f.root) bad('set')
  if (!said || said.num !== f.num || said.den !== f.den || said.size !== f.size || said.root !== f.root) bad('figure')
}

async function checkBundle(b: Bundle, keyId: string, signed: Signed, v: Verdict) {
  const row = await checkReceipt(b.receipt, keyId, signed, v)
  const doc = JSON.parse(b.bulletin) as Doc
  v.number = doc.number
  v.figures = doc.figures.length
  if (!row || row.act !== 'report.issue' || row.tenant !== b.tenant || row.object !== doc.id || doc.tenant !== b.tenant) {
    if (!v.flaws.length) v.flaws.push({ kind: 'row' })
  } else {
    if (hex(sha256(bytes(b.bulletin))) !== row.public.digest) v.flaws.push({ kind: 'text' })
    if (row.public.figures?.length !== doc.figures.length) v.flaws.push({ kind: 'text' })
  }
  for (const f of doc.figures) checkFigure(f, b.entries[f.key], row?.public.figures?.find((x) => x.key === f.key), v)
  for (const key of Object.keys(b.entries)) if (!doc.figures.some((f) => f.key === key)) v.flaws.push({ kind: 'set', where: key })
}

/** Checks a file with a public key; nothing leaves the device. */
export async function verify(text: string, keyLine: string, signer?: Signed): Promise<Verdict> {
  let file: Bundle & Receipt
  try { file = JSON.parse(text) as Bundle & Receipt } catch { throw new NotAFile() }
  const key = parseKey(keyLine)
  const signed = signer ?? (await webCrypto(key.raw))
  const isBundle = file?.kind === 'sanzhi-bulletin' && typeof file.bulletin === 'string' && !!file.receipt && !!file.entries
  if (!isBundle && !(typeof file?.leaf === 'string' && typeof file.ledger === 'string')) throw new NotAFile()
  const v: Verdict = { what: isBundle ? 'bulletin' : 'receipt', flaws: [], signed: null, figures: 0, records: 0 }
  try {
    if (isBundle) await checkBundle(file, key.id, signed, v)
    else {
      const row = await checkReceipt(file, key.id, signed, v)
      v.leaf = file.leaf
      if (row && !v.flaws.length) v.row = { act: row.act, at: typeof row.at === 'number' ? new Date(row.at).toISOString() : String(row.at ?? '') }
    }
  } catch { v.flaws.push({ kind: 'text' }) }
  return v
}
