import { hand, place, desk, openAt, carry } from './arrange.mjs'
import { start, browse, centre, open } from './lib.mjs'
const s = await start(), b = await browse()
const { id } = await place(s, '看对话框'); await carry(s, id, 'submitted')
for (const w of [1440, 390]) {
const p = await desk(b, s, 'unit_dispatcher', { width: w })
await openAt(p, id)
await p.page.screenshot({ path: `/tmp/ui2-d0-${w}.png` })
await p.page.click('.case .acts button.btn:text-is("转办")')
await p.page.waitForTimeout(400)
await p.page.click('dialog[open] [role=combobox]')
await p.page.waitForTimeout(800)
await p.page.screenshot({ path: `/tmp/ui2-d-${w}.png` })
await p.close() }
const p = await desk(b, s, 'district_leader', { width: 1440 })
for (const x of ['queue?tab=all','stats','places']) { await p.go('/desk/'+x); await p.page.waitForTimeout(2500); await p.page.screenshot({ path: `/tmp/ui2-l-${x.slice(0,5)}.png` }) }
await b.close()
