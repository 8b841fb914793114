// What a test needs before its own part begins, made over the program's interface: sessions, orders, acts, pictures.
import { deflateSync, crc32 } from 'node:zlib'
import { centre, of, open } from './lib.mjs'

const key = () => crypto.randomUUID()
const [lon, lat] = centre.split(',').map(Number)

async function call(server, method, path, body, cookie) {
  const r = await fetch(server.url + '/api/v1' + path, {
    method, headers: { 'Content-Type': 'application/json', 'Idempotency-Key': key(), 'Accept-Language': 'zh', ...(cookie ? { Cookie: cookie } : {}) },
    ...(body ? { body: JSON.stringify(body) } : {}),
  })
  const said = await r.json().catch(() => ({}))
  if (!r.ok) throw new Error(`${method} ${path}: ${r.status} ${JSON.stringify(said)}`)
  return { said, cookie: r.headers.getSetCookie().map((c) => c.split(';')[0]).join('; ') }
}

/** Somebody of a role, acting without a page. */
export async function hand(server, role) {
  const { user, password } = of(server.accounts, role)
  const { cookie } = await call(server, 'POST', '/sessions', { user, password })
  const one = (id) => call(server, 'GET', '/cases/' + id, null, cookie).then((r) => r.said)
  return {
    one,
    events: (id) => call(server, 'GET', `/cases/${id}/events`, null, cookie).then((r) => r.said.items),
    get: (path) => call(server, 'GET', path, null, cookie).then((r) => r.said),
    post: (path, body) => call(server, 'POST', path, body, cookie).then((r) => r.said),
    act: async (id, action, form = {}) => call(server, 'POST', `/cases/${id}/${action}`, { version: (await one(id)).version, form }, cookie),
  }
}

/** Somebody without an account. */
export const anyone = (server) => ({ post: (path, body) => call(server, 'POST', path, body).then((r) => r.said) })

/** An order at the middle of the district: {id, number, track_code}. */
export async function place(server, text, o = {}) {
  const { items } = (await call(server, 'GET', `/menu?lon=${lon}&lat=${lat}`)).said
  const item = items[0]
  const form = Object.fromEntries((item.form ?? []).filter((f) => f.required).map((f) => [f.id, f.choices ? (f.type === 'choices' ? [f.choices[0].id] : f.choices[0].id) : f.type === 'integer' || f.type === 'number' ? 1 : '1']))
  return (await call(server, 'POST', '/cases', { flow: item.flow, item: item.id, text, lon, lat, form, ...o })).said
}

/** Carries an order on: to 'submitted', 'dispatched', 'accepted' or 'done'. */
export async function carry(server, id, to, assign = true) {
  const clerk = await hand(server, 'community_clerk')
  await clerk.act(id, 'submit')
  if (to === 'submitted') return
  await (await hand(server, 'unit_dispatcher')).act(id, 'dispatch')
  if (to === 'dispatched') return
  const cadre = await hand(server, 'cadre')
  await cadre.act(id, 'accept')
  if (to === 'done') await cadre.act(id, 'finish', { result: '换了灯' })
}

/** A page of somebody who is signed in already. */
export async function desk(browser, server, role, o = {}) {
  const p = await open(browser, { url: server.url, ...o, store: { in: '1', ...o.store } })
  const { user, password } = of(server.accounts, role)
  const r = await p.page.request.post(server.url + '/api/v1/sessions', { data: { user, password }, headers: { 'Idempotency-Key': key() } })
  if (!r.ok()) throw new Error('no session: ' + await r.text())
  return p
}

/** A picture as a camera gives one: w × h pixels of a stair with its lamp, in the colour of the light. */
export function picture(name, w = 640, h = 480, [r, g, b] = [60, 90, 120]) {
  const at = (x, y) => {
    const lamp = ((x - w / 2) / (w / 12)) ** 2 + ((y - h / 5) / (h / 16)) ** 2 < 1
    const stair = y > h * 0.55 && y > h - Math.floor((x / w) * 8) * (h / 20)
    return lamp ? [r + 40, g + 40, b + 40] : stair ? [r * 0.6, g * 0.6, b * 0.6] : [r, g, b]
  }
  const rows = Array.from({ length: h }, (_, y) => {
    const row = Buffer.alloc(1 + w * 3)
    for (let x = 0; x < w; x++) row.set(at(x, y).map((v) => Math.min(255, Math.round(v))), 1 + x * 3)
    return row
  })
  const chunk = (type, data) => {
    const body = Buffer.concat([Buffer.from(type), data])
    const out = Buffer.alloc(8 + data.length + 4)
    out.writeUInt32BE(data.length, 0)
    body.copy(out, 4)
    out.writeUInt32BE(crc32(body), 8 + data.length)
    return out
  }
  const head = Buffer.alloc(13)
  head.writeUInt32BE(w, 0)
  head.writeUInt32BE(h, 4)
  head.set([8, 2, 0, 0, 0], 8)
  const buffer = Buffer.concat([Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]), chunk('IHDR', head), chunk('IDAT', deflateSync(Buffer.concat(rows))), chunk('IEND', Buffer.alloc(0))])
  return { name, mimeType: 'image/png', buffer }
}

/** How many pictures of a strip were really drawn. */
export const drawn = (page, selector) => page.waitForFunction((s) => {
  const all = [...document.querySelectorAll(s)]
  for (const i of all) i.scrollIntoView()
  return all.length && all.every((i) => i.complete && i.naturalWidth > 0) ? all.length : 0
}, selector).then((h) => h.jsonValue())

/** Opens one of the acts beside the main one, answers its questions, and takes it. */
export async function otherAct(p, title, answers = async () => {}) {
  const { page } = p
  await page.click(`.case .acts button.btn:text-is("${title}")`)
  await page.waitForSelector('dialog[open] form.act')
  await answers(page.locator('dialog[open]'))
  await page.click('dialog[open] form.act button.go[type=submit]')
  await page.waitForSelector('dialog[open]', { state: 'detached' })
  await page.waitForFunction((w) => document.querySelector('.case .tell[role=status]')?.textContent?.includes(w), title)
}
export const openAt = async (p, id) => { await p.go('/desk/cases/' + id); await p.page.waitForSelector('.case .str') }
