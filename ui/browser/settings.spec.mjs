// The settings by the three administrators: a flow is broken, corrected, tried, published and taken back; an account is made and signs
// in; the auditor finds both. Every page is read in both languages, narrow and wide.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { browse, of, open, signIn, start } from './lib.mjs'
import { patience } from './slow.mjs'

let server, browser
before(async () => { server = await start(); browser = await browse() })
after(async () => { await browser?.close(); await server?.stop() })

const by = async (role, o = {}) => {
  const p = await open(browser, { url: server.url, ...o })
  await signIn(p, of(server.accounts, role))
  return p
}

test('a flow is linted, tried, published and taken back', async () => {
  const faults = []
  const p = await by('system_admin')
  await p.go('/desk/settings/flows')
  await p.page.click('.setlist a[href$="/flows/hazard"]')
  await p.page.waitForSelector('.chain .bead')
  faults.push(...await p.faults('chain'))
  const at = await p.page.innerText('.bar p')
  const was = Number(/\d+/.exec(at)[0])
  await p.page.click('.settabs a >> nth=1')
  await p.page.waitForSelector('.lintstate .tell')
  const text = await p.page.inputValue('.yamlbox')
  assert.match(text, new RegExp(`^version: ${was + 1}$`, 'm'), 'the draft bears the next number')

  // Broken: the words stand beside the very line, and nothing can be published.
  const line = text.split('\n').findIndex((l) => /^ {4}to: \w/.test(l)) + 1
  p.expect(422)
  await p.page.fill('.yamlbox', text.split('\n').map((l, i) => (i === line - 1 ? '    to: nowhere' : l)).join('\n'))
  await p.page.waitForSelector('.findings .error')
  assert.equal(await p.page.innerText(`.nums li:nth-child(${line}).error`), String(line))
  assert.match(await p.page.innerText('.findings .error >> nth=0'), new RegExp(`第 ${line} 行`))
  assert.ok(await p.page.isDisabled('.flowedit .go'))
  await p.page.fill('.yamlbox', text + '\n  x: [')
  await p.page.waitForFunction(() => /YAML|类型|不认识/.test(document.querySelector('.findings')?.innerText ?? ''))
  p.expect()
  faults.push(...await p.faults('broken'))

  // A real change: what differs is told before it is published.
  const next = text.replace(/^( {2}zh: |title: \{zh: )([^,"}]+)/m, '$1$2（新）')
  assert.notEqual(next, text)
  await p.page.fill('.yamlbox', next)
  await p.page.waitForSelector('.flowedit .go:not([disabled])')
  await p.page.click('.flowedit a.btn')
  await p.page.waitForSelector('.playnext .pick input[type=radio]')
  await p.page.click('.playnext .pick:has(input[type=radio]) >> nth=0')
  await p.page.waitForSelector('.playform')
  for (const box of await p.page.$$('.playform textarea, .playform input[type=text]')) await box.fill('试试')
  for (const group of await p.page.$$('.playform fieldset')) await (await group.$('input'))?.check()
  await p.page.click('.playform .go')
  await p.page.waitForSelector('.played li')
  assert.match(await p.page.innerText('.playnext h2'), /谁能做什么/)
  faults.push(...await p.faults('played'))
  await p.page.click('.settabs a >> nth=1')
  assert.equal(await p.page.inputValue('.yamlbox'), next, 'the draft is still there')
  await p.page.waitForSelector('.flowedit .go:not([disabled])')
  await p.page.click('.flowedit .go')
  await p.page.waitForSelector('dialog .diffs li')
  assert.match(await p.page.innerText('dialog'), /（新）/)
  faults.push(...await p.faults('what changes'))
  await p.page.click('dialog .go')
  await p.page.waitForSelector(`text=第 ${was + 1} 版已发布`)
  await p.page.waitForFunction(() => document.querySelector('h1').innerText.includes('（新）'))

  // Taken back: the former version is published under the next number.
  await p.page.click('.settabs a >> nth=3')
  await p.page.click(`.settable tbody tr:has(th:has-text("第 ${was} 版")) .btn`)
  await p.page.click('dialog .go')
  await p.page.waitForSelector(`text=第 ${was} 版已作为第 ${was + 2} 版发布`)
  await p.page.waitForFunction(() => !document.querySelector('h1').innerText.includes('（新）'))
  faults.push(...await p.faults('taken back'))
  await p.close()
  assert.deepEqual(faults, [])
})

test('an account is made and signs in; the auditor sees both', async () => {
  const faults = []
  const sec = await by('security_admin', { lang: 'en' })
  await sec.go('/desk/settings/accounts')
  await sec.page.click('.setfilters .go')
  const user = 'browser.' + Date.now().toString(36)
  await sec.page.fill('#newuser', user)
  await sec.page.fill('#newname', '华新来')
  await sec.page.click('dialog .go')
  await sec.page.waitForSelector('.once code')
  const password = await sec.page.innerText('.once code')
  faults.push(...await sec.faults('one-time password'))
  await sec.page.click('dialog .go')
  await sec.page.waitForSelector('.itemhead')
  assert.ok(!(await sec.page.innerText('main')).includes(password), 'the password is told once')
  await sec.page.click('section .btn >> nth=0')
  await sec.page.selectOption('#prole', 'supervisor')
  await sec.page.fill('dialog .combo >> nth=1 >> input', '城北区')
  await sec.page.click('dialog .combo >> nth=1 >> [role=option] >> nth=0')
  await sec.page.click('dialog button[type=submit]')
  await sec.page.waitForSelector('.settable tbody tr')
  faults.push(...await sec.faults('account'))
  const id = new URL(sec.page.url()).pathname.split('/').pop()
  await sec.close()

  const fresh = await open(browser, { url: server.url })
  await signIn(fresh, { user, password })
  await fresh.page.waitForSelector('#pw-old')
  await fresh.page.fill('#pw-old', password)
  await fresh.page.fill('#pw-new', 'green tea 77 b')
  await fresh.page.fill('#pw-again', 'green tea 77 b')
  await fresh.page.click('form button[type=submit]')
  await fresh.page.waitForURL((u) => u.pathname.includes('sign-in'))
  await signIn(fresh, { user, password: 'green tea 77 b' })
  await fresh.page.waitForSelector('.rail')
  await fresh.close()

  const aud = await by('auditor')
  await aud.go('/desk/audit?act=flow_published')
  await aud.page.waitForSelector('.audit tbody')
  assert.match(await aud.page.innerText('.audit'), /发布了流程/)
  await aud.go('/desk/audit?object=' + id)
  await aud.page.waitForSelector('.audit tbody')
  const told = await aud.page.innerText('.audit')
  for (const act of ['开了账号', '给了岗位', '登录', '换了密码']) assert.match(told, new RegExp(act))
  const [file] = await Promise.all([aud.page.waitForEvent('download'), (async () => {
    await aud.page.click('.setfilters .do .btn >> nth=1')
    await aud.page.click('.tell a')
  })()])
  assert.match(file.suggestedFilename(), /^audit-.*\.csv$/)
  faults.push(...await aud.faults('audit'))
  await aud.close()
  assert.deepEqual(faults, [])
})

test('a service is switched off and on, and a form is built', async () => {
  const faults = []
  const p = await by('system_admin')
  await p.go('/desk/settings/menu?item=stair-light')
  await p.page.waitForSelector('.itemform')
  await p.page.click('.builder > p > .btn')
  await p.page.fill('.builderfield >> nth=-1 >> .both >> nth=0 >> input >> nth=0', '要几盏')
  await p.page.waitForFunction(() => document.querySelector('.preview').innerText.includes('要几盏'))
  // A question in one language alone is refused, and the words stand where it is.
  p.expect(422)
  await p.page.click('.savebar .go')
  await p.page.waitForSelector('.builder > .wrong')
  p.expect()
  await p.page.fill('.builderfield >> nth=-1 >> .both >> nth=0 >> input >> nth=1', 'How many lamps')
  // The word of the save before may still stand there: the answer tells.
  const save = async () => {
    const answered = p.page.waitForResponse((r) => r.request().method() !== 'GET' && r.url().includes('/menu'))
    await p.page.click('.savebar .go')
    assert.ok((await answered).ok())
    await p.page.waitForSelector('.savebar .tell:not(.bad)')
  }
  await save()
  await p.page.click('.builderfield >> nth=-1 >> .rowacts .link >> nth=2')
  await p.page.click('main .switch')
  await save()
  // The menu is read afresh once a second at most.
  const offered = async (want) => {
    for (const late = Date.now() + patience(10_000); Date.now() < late; await p.page.waitForTimeout(200)) {
      const menu = await (await fetch(server.url + '/api/v1/menu?lon=101.7593426&lat=36.6484989')).text()
      if (menu.includes('"stair-light"') === want) return true
    }
    return false
  }
  assert.ok(await offered(false), 'what is off cannot be ordered')
  await p.page.click('main .switch')
  await save()
  assert.ok(await offered(true))
  // A trial of the rules tells sums and changes nothing.
  await p.go('/desk/settings/routing')
  await p.page.click('.routing > .do .btn >> nth=1')
  await p.page.waitForSelector('.tried p')
  faults.push(...await p.faults('trial'))
  await p.close()
  assert.deepEqual(faults, [])
})

test('working hours are kept as they stand on the page, and then a holiday beside them', async () => {
  const p = await by('system_admin')
  const { page } = p
  const open = async () => { await p.go('/desk/settings/system/office'); await page.waitForSelector('#ht0') }
  const save = async (section) => {
    const answered = page.waitForResponse((r) => r.request().method() !== 'GET' && r.url().includes('/settings'))
    await page.click(`section:nth-of-type(${section}) .savebar .go`)
    assert.equal((await answered).status(), 200)
    await page.waitForSelector(`section:nth-of-type(${section}) .savebar .tell:not(.bad)`)
  }
  const last = async () => `#ht${await page.locator('.first .spanrow').count() - 1}`
  await open()
  const was = await page.inputValue(await last())
  const other = was === '18:45' ? '18:15' : '18:45'
  await page.fill(await last(), other)
  await save(1)
  await page.click('section:nth-of-type(2) > p > .btn')
  await page.fill('#calfrom', `${await page.inputValue('#calyear')}-12-30`)
  await page.click('section:nth-of-type(2) .do .btn >> nth=0')
  await save(2)
  await open()
  assert.equal(await page.inputValue(await last()), other)
  assert.match(await page.innerText('section:nth-of-type(2) .callists'), /12月30日/)
  assert.deepEqual(await p.faults('hours'), [])
  // As it was.
  await page.click('section:nth-of-type(2) .do .btn.quiet')
  await save(2)
  await page.fill(await last(), was)
  await save(1)
  await open()
  assert.equal(await page.inputValue(await last()), was)
  await p.close()
})

const pages = {
  system_admin: ['flows', 'flows/menu', 'flows/menu?tab=edit', 'flows/menu?tab=play', 'flows/dispute?tab=versions', 'menu', 'routing', 'system/office', 'system/emergency', 'system/limits', 'system/webhooks', 'system/outbox', 'system/purposes'].map((x) => '/desk/settings/' + x),
  security_admin: ['accounts', 'accounts/posts', 'accounts/roles', 'accounts/keys', 'accounts/purposes'].map((x) => '/desk/settings/' + x),
  auditor: ['/desk/audit', '/desk/audit/looks', '/desk/audit/sealing', '/desk/audit/purposes'],
}
for (const [lang, width] of [['zh', 390], ['en', 1440]]) {
  test(`every page of the settings, ${lang}, ${width} px`, async () => {
    const faults = []
    for (const [role, list] of Object.entries(pages)) {
      const p = await by(role, { lang, width })
      for (const path of list) {
        await p.go(path)
        await p.page.waitForSelector('h1')
        faults.push(...await p.faults(path))
      }
      // What belongs to another administrator is not there.
      for (const other of Object.values(pages).filter((l) => l !== list)) {
        await p.go(other[0])
        await p.page.waitForURL((u) => u.pathname === '/desk/me')
      }
      await p.close()
    }
    assert.deepEqual(faults, [])
  })
}
