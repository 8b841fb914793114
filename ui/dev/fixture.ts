// A small stand-in for the program while pages are drawn: `FIXTURE=1 npm run dev`. Never part of the build.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Plugin } from 'vite'

type L = 'zh' | 'en'
const now = () => Date.now()
const iso = (ms: number) => new Date(ms).toISOString()
const H = 3_600_000
let seq = 0
const id = () => '01HX' + String(++seq).padStart(22, '0')
const T = (zh: string, en: string) => ({ zh, en })
type Text = ReturnType<typeof T>

const P: Record<string, any> = {}
function place(key: string, parent: string, kind: string, name: Text, code: string, lon?: number, lat?: number, people = 0) {
  P[key] = { id: id(), key, parent, kind, name, code, lon, lat, people }
}
const C: [number, number] = [101.7593426, 36.6484989]
place('county', '', 'county', T('城北区', 'Chengbei District'), '630105', ...C, 299000)
place('s1', 'county', 'subdistrict', T('小桥大街街道', 'Xiaoqiao Avenue Subdistrict'), '630105002', ...C, 51576)
place('s2', 'county', 'town', T('大堡子镇', 'Dapuzi Town'), '630105100', C[0] - 0.05, C[1] + 0.03, 38000)
place('c1', 's1', 'community', T('小桥社区', 'Xiaoqiao Community'), '630105002001', ...C, 6413)
place('c2', 's1', 'community', T('毛胜寺社区', 'Maoshengsi Community'), '630105002002', C[0] + 0.01, C[1], 7105)
place('g1', 'c1', 'grid', T('小桥社区 07 网格', 'Xiaoqiao Grid 07'), '630105002001007', ...C, 1122)
place('k1', 'g1', 'compound', T('建设巷 12 号院', '12 Jianshe Lane'), '', ...C, 842)
for (let n = 1; n <= 6; n++) place('b' + n, 'k1', 'building', T(n + ' 号楼', 'Block ' + n), '', C[0] + ((n - 1) % 2) * 0.0007 - 0.0003, C[1] + Math.floor((n - 1) / 2) * 0.00032 - 0.0003)
for (let n = 1; n <= 3; n++) place('e' + n, 'b3', 'entrance', T(n + ' 单元', 'Entrance ' + n), '', C[0], C[1])
const kindName: Record<string, Text> = { county: T('区', 'District'), subdistrict: T('街道', 'Subdistrict'), town: T('镇', 'Town'), community: T('社区', 'Community'), grid: T('网格', 'Grid'), compound: T('小区', 'Compound'), building: T('楼栋', 'Building'), entrance: T('单元', 'Entrance') }
const ref = (k: string, l: L) => ({ id: P[k].id, code: P[k].code, name: P[k].name[l], kind: P[k].kind })
const at = (l: L, b = 'b3') => ({ grid: ref('g1', l), community: ref('c1', l), village: null, street: ref('s1', l), county: ref('county', l), compound: ref('k1', l), building: ref(b, l) })

const units = { wy: { id: id(), name: T('建设巷物业服务站', 'Jianshe Lane Property Office') }, cg: { id: id(), name: T('小桥大街街道城管办', 'Subdistrict Urban Management') }, sf: { id: id(), name: T('小桥司法所', 'Xiaoqiao Justice Office') } }
const items = [
  ['stair-light', '修一修|Repairs', '楼道灯不亮|Stair lights out', '物业修，不收钱|The property office repairs it, free', '2 天内修好|fixed within 2 days', 'zi'],
  ['drain', '修一修|Repairs', '下水道堵塞|Blocked drain', '公共管道不收钱，家里的先报价|Shared pipes are free', '当天上门|same day', 'zi'],
  ['door', '修一修|Repairs', '单元门关不上|Entrance door will not close', '物业修，不收钱|The property office repairs it, free', '3 天内修好|within 3 days', 'zi'],
  ['meal', '照应老人|For elders', '助餐送餐|Meals brought home', '60 岁以上，一份 8 元|From 60 years, 8 yuan each', '11:30 前送到|by 11:30', 'de'],
  ['law', '问法说理|Law and advice', '法律咨询|Legal advice', '律师在社区坐班，不收钱|A lawyer sits in the community, free', '周二、周四|Tuesdays and Thursdays', 'fa'],
  ['ebike', '出门和车|Getting about', '电动车充电桩|E-bike charging', '想装、坏了、不够用，都点这个|Wanted, broken or too few', '5 个工作日答复|answer in 5 working days', 'zi'],
].map(([i, g, t, n, p, s]) => { const b = (x: string) => { const [zh, en] = x!.split('|'); return T(zh!, en!) }; return { id: i!, group: b(g!), title: b(t!), note: b(n!), promise: b(p!), strand: s! } })
const form = (l: L, item: string) => (item !== 'stair-light' ? [] : [
  { id: 'floors', label: T('哪几层', 'Which floors')[l], type: 'choices', required: true, choices: [1, 2, 3, 4, 5, 6].map((n) => ({ id: String(n), label: T(n + ' 层', 'Floor ' + n)[l] })) },
  { id: 'how', label: T('灯是什么样', 'How is the light')[l], type: 'choice', required: true, choices: [{ id: 'off', label: T('一直不亮', 'Always off')[l] }, { id: 'flicker', label: T('有时亮，有时不亮', 'On and off')[l] }, { id: 'loose', label: T('灯罩松了，快要掉下来', 'The cover is loose')[l], urgent: true }] },
])
const emergency = (l: L) => [['119', '火警|Fire', '着火,起火,fire'], ['110', '报警|Police', '打架,police'], ['120', '急救|Ambulance', '受伤,晕倒,injured'], ['122', '交通事故|Road accident', '车祸,crash']].map(([number, t, w]) => ({ number, title: t!.split('|')[l === 'zh' ? 0 : 1], words: w!.split(',') }))

const chars = '点交下接评'; const ens = 'OSDAR'
const names = [T('居民点单', 'Order'), T('社区交单', 'Submit'), T('单位下单', 'Dispatch'), T('干部接单', 'Accept'), T('群众评单', 'Rate')]
const steps: Record<string, { title: Text; bead: number; clock?: Text; end?: string; hours: number; say: Text }> = {
  ordered: { title: T('待交单', 'To be submitted'), bead: 2, clock: T('交单', 'Submit'), hours: 4, say: T('社区已收到，今天交给单位', 'Your community has it and passes it on today') },
  submitted: { title: T('待下单', 'To be dispatched'), bead: 3, clock: T('下单', 'Dispatch'), hours: 8, say: T('社区交给了物业，正在派人', 'The property office sends someone') },
  dispatched: { title: T('待接单', 'To be accepted'), bead: 4, clock: T('接单', 'Accept'), hours: 4, say: T('物业派了单，等人接', 'It has been sent out') },
  accepted: { title: T('正在办', 'Under way'), bead: 4, clock: T('办好', 'Finish'), hours: 20, say: T('王* 接了单，今天上门换灯', 'Mr W*** has the job and comes today') },
  done: { title: T('待评单', 'To be rated'), bead: 5, clock: T('评单', 'Rate'), hours: 120, say: T('王* 说修好了，您看呢', 'Mr W*** says it is fixed. Is it?') },
  suspended: { title: T('暂停办理', 'On hold'), bead: 4, hours: 0, say: T('眼下办不了，先停一停', 'It has to wait for now') },
  rated: { title: T('已评单', 'Rated'), bead: 5, end: 'done', hours: 0, say: T('您评过了，这件办完了', 'Rated and closed') },
  cancelled: { title: T('已撤单', 'Cancelled'), bead: 2, end: 'cancelled', hours: 0, say: T('您撤了单', 'You cancelled it') },
}
const who = [T('您', 'You'), T('社区', 'Community'), T('物业', 'Property office'), T('王*', 'Mr W***'), T('您', 'You')]
const beads = (l: L) => [...chars].map((c, i) => ({ char: c, en: ens[i], name: names[i]![l], who: who[i]![l] }))
interface Case { id: string; number: string; code: string; item: string; text: string; b: string; step: string; round: number; version: number; opened: number; clock: { start: number; due: number } | null; unit: any; assignee: any; flags: any; form: any; contact: any; rating: any; result: any; events: { at: number; act: string; title: Text; line: Text; bead: number; words?: string }[]; seen: any[] }
const cases: Case[] = []
const code = (n: number) => 'K7ND-4Q2M-9XAB-' + n.toString(32).toUpperCase().padStart(2, '0') + 'T'
function add(item: string, text: string, step: string, startH: number, dueH: number, flags: any = {}, b = 'b3', round = 1): Case {
  const n = cases.length + 1
  const c: Case = { id: id(), number: `630105-20261123-7K3M${n.toString(32).toUpperCase()}`, code: code(n), item, text, b, step, round, version: 1, opened: now() - startH * H, clock: dueH ? { start: now() - startH * H, due: now() + dueH * H } : null, unit: ['ordered'].includes(step) ? null : units.wy, assignee: ['accepted', 'done', 'suspended'].includes(step) ? { id: id(), name: '王*' } : null, flags, form: {}, contact: { name: '张*', phone: '138****5678' }, rating: null, result: step === 'done' ? { text: '换灯 3 盏、线 12 米，不收钱', photos: [], at: iso(now() - H) } : null, events: [{ at: now() - startH * H, act: 'order', title: T('点单', 'Order'), line: T('您点了单', 'You ordered it'), bead: 1 }], seen: [] }
  const path = ['submitted', 'dispatched', 'accepted', 'done']
  const upto = step === 'suspended' ? 3 : path.indexOf(step) + 1
  const lines = [T('小桥社区 李* 收到，交给了物业', 'Ms L*** at Xiaoqiao passed it to the property office'), T('物业派给电工 王*', 'Sent to Mr W***, electrician'), T('王* 接单，今天带灯和线上门', 'Mr W*** accepted'), T('修好了', 'Done')]
  for (let i = 0; i < upto; i++) c.events.push({ at: now() - (startH - (i + 1) * startH / 6) * H, act: path[i]!, title: names[Math.min(4, i + 1)]!, line: lines[i]!, bead: Math.min(4, i + 2) })
  cases.push(c)
  return c
}
add('drain', '一楼返水', 'ordered', 5.3, -1.3, {}, 'b4'); add('door', '锁坏了', 'accepted', 30, -0.8, { supervised: true }, 'b2')
add('stair-light', '三楼到五楼都黑，我妈晚上不敢下楼', 'ordered', 3.3, 0.7); add('ebike', '楼道里充电', 'ordered', 3, 1.03, { urgent: true }, 'b1')
add('meal', '午饭两份', 'ordered', 2, 2); add('law', '租房押金不退', 'ordered', 1, 3, {}, 'b5'); add('stair-light', '一闪一闪', 'accepted', 9, 8, {}, 'b3', 2)
add('door', '关门声大', 'done', 60, 20); add('ebike', '想装 6 个', 'suspended', 48, 0, { held: true }); add('drain', '院里井盖响', 'submitted', 6, 26); add('meal', '改到晚饭', 'dispatched', 2, 29); add('law', '邻里漏水', 'accepted', 20, 77)
for (let i = 0; i < 20; i++) add(items[i % 6]!.id, '', 'accepted', 10, 90 + i, {}, 'b' + (1 + (i % 6)))

const users: Record<string, { role: string; title: Text; steps: string[] }> = { clerk: { role: 'community_clerk', title: T('社区专职工作者', 'Community clerk'), steps: ['ordered'] }, dispatcher: { role: 'unit_dispatcher', title: T('派单员', 'Dispatcher'), steps: ['submitted'] }, cadre: { role: 'cadre', title: T('电工', 'Electrician'), steps: ['dispatched', 'accepted', 'suspended'] } }
const sort = (a: Case, b: Case) => (a.clock?.due ?? 9e15) - (b.clock?.due ?? 9e15)
function clock(c: Case, l: L) {
  if (c.step === 'suspended') return { id: 'finish', title: T('办好', 'Finish')[l], limit: '2 d', state: 'paused', started_at: iso(c.opened), due_at: iso(now()), used: 0.4 }
  if (!c.clock) return null
  const used = (now() - c.clock.start) / (c.clock.due - c.clock.start)
  return { id: c.step, title: steps[c.step]!.clock?.[l] ?? '', limit: T('4 小时', '4 hours')[l], state: used >= 1 ? 'over' : used > 0.75 ? 'late' : 'running', started_at: iso(c.clock.start), due_at: iso(c.clock.due), used }
}
const named = (o: any, l: L) => (o ? { id: o.id, name: typeof o.name === 'string' ? o.name : o.name[l] } : null)
function row(c: Case, l: L, u?: string) {
  const it = items.find((i) => i.id === c.item)!; const s = steps[c.step]!
  return { id: c.id, number: c.number, flow: 'menu', item: c.item, title: it.title[l], text: c.text, where: `${P.c1.name[l]} · ${P.k1.name[l]} ${P[c.b].name[l]}`, step: c.step, step_title: s.title[l], bead: s.bead, end: s.end, version: c.version, round: c.round, strand: it.strand, unit: named(c.unit, l), assignee: named(c.assignee, l), opened_at: iso(c.opened), clock: clock(c, l), overdue: clock(c, l)?.state === 'over', ...c.flags, mine: !!u && users[u]!.steps.includes(c.step), lon: P[c.b].lon, lat: P[c.b].lat }
}
const F = (i: string, label: Text, type: string, l: L, required = false) => ({ id: i, label: label[l], type, required })
function actions(c: Case, l: L, u?: string) {
  const a = (i: string, t: Text, f: any[] = [], main = false) => ({ id: i, title: t[l], form: f, main })
  const why = F('reason', T('为什么', 'Reason'), 'text', l, true); const out = []
  if (u === 'clerk' && c.step === 'ordered') out.push(a('submit', T('交单', 'Submit'), [F('unit', T('交给哪个单位', 'Unit'), 'unit', l)], true), a('merge', T('并单', 'Merge'), [F('into', T('并到哪一件', 'Into which'), 'case', l, true)]))
  if (u === 'dispatcher' && c.step === 'submitted') out.push(a('dispatch', T('下单', 'Dispatch'), [F('assignee', T('派给谁', 'Assignee'), 'account', l)], true), a('return', T('退回', 'Return'), [why]), a('transfer', T('转办', 'Transfer'), [F('unit', T('转给哪个单位', 'New unit'), 'unit', l, true), why]))
  if (u === 'cadre' && c.step === 'dispatched') out.push(a('accept', T('接单', 'Accept'), [], true))
  if (u === 'cadre' && c.step === 'accepted') out.push(a('finish', T('办结', 'Finish'), [F('result', T('办了什么', 'What was done'), 'longtext', l, true), F('photos', T('照片', 'Photos'), 'photos', l)], true), a('suspend', T('暂停', 'Suspend'), [why]))
  if (u && !steps[c.step]!.end) out.push(a('comment', T('补一句话', 'Add a note'), [F('text', T('想说什么', 'Words'), 'longtext', l, true)]))
  return out
}
function move(c: Case, act: string, f: any, by: string) {
  const to: Record<string, string> = { submit: 'submitted', dispatch: 'dispatched', accept: 'accepted', finish: 'done', return: 'ordered', suspend: 'suspended', rate: 'rated', cancel: 'cancelled', reopen: 'ordered' }
  if (act === 'rate') { c.rating = { ...f, at: iso(now()), round: c.round }; if (!f.solved) { c.round++; to.rate = 'submitted' } }
  if (act === 'submit') c.unit = units.wy
  if (act === 'accept') c.assignee = { id: id(), name: '王*' }
  if (act === 'finish') c.result = { text: f.result, photos: [], at: iso(now()) }
  const s = to[act]
  if (s) { c.step = s; const h = steps[s]!.hours; c.clock = h ? { start: now(), due: now() + h * H } : null }
  c.version++
  c.events.push({ at: now(), act, title: T(act, act), line: T(`${by}：${act}`, `${by}: ${act}`), bead: steps[c.step]!.bead, words: f.text ?? f.reason ?? f.result })
}

export function fixture(): Plugin {
  return { name: 'fixture', configureServer(s) { if (process.env.FIXTURE) s.middlewares.use((q, r, n) => { if (!q.url!.startsWith('/api/v1/')) return n(); void serve(q, r) }) } }
}
async function serve(q: IncomingMessage, r: ServerResponse) {
  const u = new URL(q.url!, 'http://x'); const p = u.pathname.slice(8).split('/').map(decodeURIComponent); const l: L = String(q.headers['accept-language']).startsWith('en') ? 'en' : 'zh'
  const user = /u=(\w+)/.exec(q.headers.cookie ?? '')?.[1]; const g = (k: string) => u.searchParams.get(k) ?? ''
  let raw = ''; for await (const b of q) raw += b
  let body: any = {}; try { body = JSON.parse(raw) } catch { /* upload */ }
  const send = (v: unknown, st = 200, h: Record<string, string> = {}) => { r.writeHead(st, { 'content-type': 'application/json', ...h }); r.end(st === 204 ? '' : JSON.stringify(v)) }
  const no = (st: number, d: string) => send({ status: st, detail: d }, st)
  const me = (x: string) => ({ id: id(), user: x, name: '李*', tenant: '630105', district: P.county.name[l], demo: true, posts: [{ role: users[x]!.role, role_title: users[x]!.title[l], title: users[x]!.title[l], org: named(units.wy, l), place: { id: P.c1.id, name: P.c1.name[l] } }], may: ['case.read', 'case.act', 'case.unmask', 'org.read', 'flow.read', 'stats.read'] })
  const find = (i: string) => cases.find((c) => c.id === i); const hit = (i: string) => cases.find((c) => c.code === i)
  const node = (x: any) => ({ id: x.id, parent: P[x.parent]?.id, code: x.code, name: x.name[l], kind: x.kind, kind_name: kindName[x.kind]![l], children: Object.values(P).some((y) => y.parent === x.key), lon: x.lon, lat: x.lat, people: x.people, above: x.parent ? P[x.parent].name[l] : '' })
  switch (`${q.method} ${p[0]}`) {
    case 'GET config': return send({ tenant: '630105', district: P.county.name[l], demo: true, centre: C, bounds: [101.6, 36.6, 101.9, 36.8], lang: 'zh' })
    case 'GET menu': return send({ items: items.map((i) => ({ ...i, group: i.group[l], title: i.title[l], note: i.note[l], promise: i.promise[l], flow: 'menu', form: form(l, i.id), unit: named(units.wy, l) })), place: at(l, Object.values(P).find((x) => x.id === g('place'))?.kind === 'building' ? Object.values(P).find((x) => x.id === g('place')).key : 'b3'), emergency: emergency(l) })
    case 'GET places': if (p[1] === 'at') return send(at(l)); { const all = Object.values(P); const par = all.find((x) => x.id === g('parent')); return send({ items: (g('q') ? all.filter((x) => x.name[l].includes(g('q'))) : all.filter((x) => (par ? x.parent === par.key : !x.parent))).map(node) }) }
    case 'GET flows': { const f = { id: 'menu', version: 1, title: T('五步点单', 'Five-step order')[l], strand: 'zi', beads: beads(l), steps: Object.entries(steps).map(([i, s]) => ({ id: i, title: s.title[l], bead: s.bead, end: s.end })), opens: [] }; return send([f, { ...f, id: 'hazard', title: T('安全隐患整改', 'Hazard')[l], beads: [...'查派改复销'].map((c, i) => ({ char: c, en: 'FAMRC'[i], name: c })), opens: [F('what', T('什么隐患', 'What hazard'), 'text', l, true)] }]) }
    case 'POST sessions': return users[body.user] ? send(me(body.user), 201, { 'set-cookie': `u=${body.user}; Path=/` }) : no(401, T('账号或密码不对，请再试一次', 'The account or password is wrong')[l])
    case 'DELETE sessions': return send('', 204, { 'set-cookie': 'u=; Path=/; Max-Age=0' })
    case 'GET me': return user && users[user] ? send(me(user)) : no(401, T('请先登录', 'Please sign in')[l])
    case 'POST uploads': return send({ id: id() }, 201)
    case 'GET orgs': return p[2] === 'staff' ? send({ items: [{ id: id(), name: '王*', title: T('电工', 'Electrician')[l], load: 3 }, { id: id(), name: '赵*', title: T('水工', 'Plumber')[l], load: 1 }] }) : send({ items: Object.values(units).filter((o) => o.name[l].includes(g('q'))).map((o) => ({ id: o.id, name: o.name[l], kind: 'firm', kind_name: T('单位', 'Unit')[l], place: null })) })
    case 'GET stats': { const x = (num: number, den: number) => ({ num, den, rate: den ? num / den : null, comparable: den >= 30 }); return send({ response: x(356, 371), resolution: x(338, 371), satisfaction: x(22, 24), on_time: x(0, 0) }) }
    case 'GET map': { const sq = (x: any, dx = 0.00024, dy = 0.00006) => [[[x.lon - dx, x.lat - dy], [x.lon + dx, x.lat - dy], [x.lon + dx, x.lat + dy], [x.lon - dx, x.lat + dy], [x.lon - dx, x.lat - dy]]]; return send({ type: 'FeatureCollection', features: [...Object.values(P).filter((x) => x.kind === 'building').map((x) => ({ type: 'Feature', geometry: { type: 'Polygon', coordinates: sq(x) }, properties: { id: x.id, kind: 'building' } })), { type: 'Feature', geometry: { type: 'Polygon', coordinates: sq(P.g1, 0.0011, 0.0007) }, properties: { kind: 'grid' } }, { type: 'Feature', geometry: { type: 'LineString', coordinates: [[C[0] - 0.01, C[1] - 0.0006], [C[0] + 0.01, C[1] - 0.0006]] }, properties: { kind: 'street' } }, { type: 'Feature', geometry: { type: 'LineString', coordinates: [[C[0] - 0.00085, C[1] - 0.01], [C[0] - 0.00085, C[1] + 0.01]] }, properties: { kind: 'street' } }] }) }
    case 'GET stream': r.writeHead(200, { 'content-type': 'text/event-stream' }); r.write(': hi\n\n'); return
    case 'GET track': case 'POST track': { const c = hit(p[1]!); if (!c) return no(404, T('没有这张单', 'No such order')[l]); if (q.method === 'POST') { move(c, p[2]!, body.form ?? body, '您'); return send({ id: c.id, step: c.step, version: c.version }) }
      const w = row(c, l); const a = [{ id: 'comment', title: T('补一句话', 'Add a note')[l], form: [F('text', T('想说什么', 'Words'), 'longtext', l, true)] }, ...(c.step === 'done' ? [{ id: 'rate', title: T('评单', 'Rate')[l], form: [] }] : []), ...(c.step === 'ordered' ? [{ id: 'cancel', title: T('撤单', 'Cancel')[l], form: [] }] : [])]
      return send({ ...w, text: c.text || w.title, beads: beads(l).map((b, i) => ({ ...b, at: i + 1 < w.bead ? iso(c.events[Math.min(i, c.events.length - 1)]!.at) : undefined })), say: steps[c.step]!.say[l], unit_phone: c.unit ? '0971-1234567' : '', photos: [], result: c.result, events: c.events.map((e) => ({ ...e, id: id(), at: iso(e.at), title: e.title[l], line: e.line[l], actor: '' })), actions: steps[c.step]!.end ? [] : a, rating: c.rating, seen: c.seen, receipt: { ledger: id(), leaf: '3f9c61a0b7d2e4c85a1f' } }) }
    case 'GET cases': case 'POST cases': {
      if (q.method === 'POST' && !p[1]) { const c = add(body.item ?? 'drain', body.text, 'ordered', 0.01, 4); return send({ id: c.id, number: c.number, track_code: c.code, step: c.step, version: 1, place: at(l), receipt: { ledger: id(), leaf: '3f9c61a0b7d2e4c8' } }, 201) }
      if (p[1] === 'similar') return send({ items: cases.filter((c) => c.item === body.item && !steps[c.step]!.end).slice(0, 2).map((c) => row(c, l)) })
      if (!user || !users[user]) return no(401, T('请先登录', 'Please sign in')[l])
      if (p[1] === 'queue') { const m = cases.map((c) => row(c, l, user)).filter((x) => x.mine); return send({ mine: m.length, overdue: m.filter((x) => x.overdue).length, today: m.filter((x) => !x.overdue && x.clock && Date.parse(x.clock.due_at) < now() + 8 * H).length }) }
      if (!p[1]) { let m = [...cases].sort(sort).map((c) => row(c, l, user)).filter((x) => (g('state') === 'closed' ? x.end : !x.end) && (!g('mine') || x.mine) && (!g('step') || x.step === g('step')) && (!g('item') || x.item === g('item')) && (!g('overdue') || x.overdue) && (!g('q') || (x.title + x.text + x.number).includes(g('q')))); const off = Number(g('after') || 0); return send({ items: m.slice(off, off + 20), next: m.length > off + 20 ? String(off + 20) : '' }) }
      const c = find(p[1]); if (!c) return no(404, T('没有找到', 'Not found')[l])
      if (q.method === 'POST' && p[2] === 'unmask') { c.seen.push({ at: iso(now()), who: '李*', fields: body.fields, reason: body.reason }); return send({ name: '张三', phone: '13812345678' }) }
      if (q.method === 'POST') { if (body.version !== c.version) return no(409, T('刚才有人先办了一步', 'Somebody was first')[l]); move(c, p[2]!, body.form ?? {}, '李*'); return send({ id: c.id, step: c.step, version: c.version }) }
      if (p[2] === 'events') return send({ items: c.events.map((e) => ({ ...e, id: id(), at: iso(e.at), title: e.title[l], line: e.line[l], actor: '' })) })
      return send({ ...row(c, l, user), flow_title: T('五步点单', 'Five-step order')[l], beads: beads(l), full_text: c.text || '…', address: P[c.b].name[l], place: at(l, c.b), contact: c.contact, form: [{ id: 'how', label: T('灯是什么样', 'How')[l], value: 'off', said: T('一直不亮', 'Always off')[l] }], photos: [], result: c.result, clocks: [clock(c, l)].filter(Boolean), actions: actions(c, l, user), cohandles: [], route: { unit: named(units.wy, l), rule: 'x', say: T('按「包联」：管这个院的物业', 'By pairing: the property office of this compound')[l] }, similar: cases.filter((x) => x.item === c.item && x !== c).slice(0, 2).map((x) => row(x, l, user)), rating: c.rating ?? undefined })
    }
  }
  return no(404, 'no such route')
}
