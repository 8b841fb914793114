// A register by way of Excel: template, one row, tried, brought in, undone; and the picture of the district, whose figures lead to records.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { browse, of, open, signIn, start } from './lib.mjs'

let server, browser
before(async () => { server = await start(); browser = await browse() })
after(async () => { await browser?.close(); await server?.stop() })

/** Puts a row into the first sheet of a workbook; a workbook is a zip of XML. */
function fill(file, cells) {
  const dir = mkdtempSync(join(tmpdir(), 'sanzhi-xlsx-'))
  const py = `
import sys, zipfile, re, json
from xml.sax.saxutils import escape
src, cells = sys.argv[1], json.loads(sys.argv[2])
z = zipfile.ZipFile(src); out = zipfile.ZipFile(src + '.new', 'w', zipfile.ZIP_DEFLATED)
wb = z.read('xl/workbook.xml').decode(); rels = z.read('xl/_rels/workbook.xml.rels').decode()
rid = re.search(r'<sheet [^>]*?r:id="([^"]+)"', wb).group(1)
rel = next(r for r in re.findall(r'<Relationship [^>]*>', rels) if 'Id="%s"' % rid in r)
first = 'xl/' + re.search(r'Target="/?(?:xl/)?([^"]+)"', rel).group(1)
for n in z.namelist():
    data = z.read(n)
    if n == first:
        row = '<row r="2">' + ''.join('<c r="%s2" t="inlineStr"><is><t>%s</t></is></c>' % (c, escape(v)) for c, v in cells) + '</row>'
        data = data.decode().replace('</sheetData>', row + '</sheetData>').encode()
    out.writestr(n, data)
out.close()
`
  const script = join(dir, 'fill.py')
  writeFileSync(script, py)
  const r = spawnSync('python3', [script, file, JSON.stringify(cells)], { encoding: 'utf8' })
  if (r.status !== 0) throw new Error(r.stderr)
  const made = readFileSync(file + '.new')
  rmSync(dir, { recursive: true })
  return made
}

for (const [lang, width] of [['zh', 1440], ['en', 390]]) {
  test(`a sheet, there and back, ${lang}, ${width} px`, async () => {
    const p = await open(browser, { url: server.url, width, lang })
    await signIn(p, of(server.accounts, 'community_clerk'))
    await p.go('/desk/sheets?sheet=works')
    await p.page.waitForSelector('.template')
    const faults = await p.faults('sheets')
    const [template] = await Promise.all([p.page.waitForEvent('download'), p.page.click('.template')])
    const path = join(tmpdir(), `sanzhi-template-${process.pid}-${lang}.xlsx`)
    await template.saveAs(path)
    const me = await p.page.evaluate(() => fetch('/api/v1/me').then((r) => r.json()))
    const place = me.posts[0].place.name
    const buffer = fill(path, [['B', '试导入的工程 ' + lang], ['C', lang === 'zh' ? '公厕' : 'Public toilets'], ['D', place], ['F', lang === 'zh' ? '在建' : 'under way']])
    await p.page.setInputFiles('#file', { name: 'rows.xlsx', mimeType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', buffer })
    await p.page.waitForSelector('.result, .bad')
    assert.equal(await p.page.locator('.wrongs, .bad').count(), 0, await p.page.innerText('main'))
    faults.push(...await p.faults('sheets, tried'))
    await p.page.click('.bring')
    await p.page.waitForSelector('.past .undo, .bad')
    faults.push(...await p.faults('sheets, brought in'))
    await p.page.click('.past .undo')
    const undone = p.page.waitForResponse((r) => r.request().method() === 'POST' && r.url().includes('/undo'))
    await p.page.click('.really')
    assert.ok((await undone).ok())
    await p.page.waitForFunction(() => !document.querySelector('.past li:first-child .undo, .past li:first-child .sure'))
    const works = await p.page.evaluate((q) => fetch('/api/v1/works?q=' + encodeURIComponent(q)).then((r) => r.json()), '试导入的工程 ' + lang)
    assert.equal((works.items ?? []).length, 0, 'undone')
    faults.push(...await p.faults('sheets, undone'))
    assert.deepEqual(faults, [])
    await p.close()
  })

  test(`what is wrong in a sheet, ${lang}, ${width} px`, async () => {
    const p = await open(browser, { url: server.url, width, lang })
    await signIn(p, of(server.accounts, 'community_clerk'))
    await p.go('/desk/sheets?sheet=works')
    const [template] = await Promise.all([p.page.waitForEvent('download'), p.page.click('.template')])
    const path = join(tmpdir(), `sanzhi-wrong-${process.pid}-${lang}.xlsx`)
    await template.saveAs(path)
    const buffer = fill(path, [['B', 'x'], ['C', '没有这一类'], ['D', '没有这个地方'], ['F', lang === 'zh' ? '在建' : 'under way']])
    await p.page.setInputFiles('#file', { name: 'rows.xlsx', mimeType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', buffer })
    await p.page.waitForSelector('.faults')
    assert.equal(await p.page.locator('.faults tbody tr').count(), 2)
    assert.equal(await p.page.locator('.bring').count(), 0, 'nothing to bring in')
    const faults = await p.faults('sheets, wrong')
    const [marked] = await Promise.all([p.page.waitForEvent('download'), p.page.click('.marked')])
    assert.match(marked.suggestedFilename(), /xlsx$/)
    await p.page.setInputFiles('#file', { name: 'rows.xlsx', mimeType: 'application/octet-stream', buffer: Buffer.from('no workbook') })
    await p.page.waitForSelector('.bad')
    assert.deepEqual([...faults, ...await p.faults('sheets, refused')].filter((f) => !/422/.test(f)), [])
    await p.close()
  })

  test(`the picture leads to records, ${lang}, ${width} px`, async () => {
    const p = await open(browser, { url: server.url, width, lang })
    await signIn(p, of(server.accounts, 'district_leader'))
    await p.go('/desk/picture')
    await p.page.waitForSelector('.areamap .area')
    const faults = await p.faults('picture')
    const said = Number((await p.page.innerText('.opencount')).match(/\d+/)[0])
    assert.ok(said > 0)
    const link = p.page.locator('.funnel a.n.trace').first()
    const n = Number(await link.innerText())
    await link.click()
    await p.page.waitForSelector('.row')
    const rows = await p.page.evaluate((q) => { const s = new URLSearchParams(q); return fetch(`/api/v1/cases?state=open&limit=200&flow=menu&step=${s.get('step')}`).then((r) => r.json()) }, new URL(p.page.url()).search)
    assert.ok(rows.items.length === n || rows.next, `${n} told, ${rows.items.length} there`)
    await p.go('/desk/screen')
    await p.page.waitForSelector('.screen .idea')
    faults.push(...await p.faults('screen'))
    await p.go('/district')
    await p.page.waitForSelector('.areamap .area')
    faults.push(...await p.faults('district'))
    assert.deepEqual(faults, [])
    await p.close()
  })
}
