// The acts of a walk through the loop, for the tests and for the pictures.
import { centre } from './lib.mjs'

/** A resident orders at the door; gives the number and the code. `seen` is called on each page. */
export async function order(p, text, seen = async () => {}) {
  const { page } = p
  await p.go('/?at=' + centre)
  await page.waitForSelector('.menu li button')
  await seen('door')
  await page.click('.menu li button >> nth=0')
  await page.waitForSelector('#addr')
  await seen('where')
  await page.fill('#addr', '2-301')
  await page.click('.foot .go')
  await page.waitForSelector('#text')
  await answer(page)
  await page.fill('#text', text)
  await seen('what')
  await page.click('.foot .go')
  await page.waitForSelector('#tel')
  await page.fill('#who', '张三')
  await page.fill('#tel', '13812345678')
  await seen('send')
  await page.click('.foot .go')
  await page.waitForSelector('.slip .code')
  await seen('sent')
  return { code: await page.innerText('.slip .code'), number: await page.innerText('.slip dd >> nth=0') }
}

/** The first answer to every question that must be answered. */
async function answer(page) {
  for (const set of await page.$$('fieldset.q')) {
    const first = await set.$('.pick input, .seg input')
    if (first) await first.check({ force: true })
  }
  for (const box of await page.$$('.stack.form input[aria-required="true"]')) await box.fill('1')
}

/** Finds the case in the desk's list by its number and opens it. */
export async function openCase(p, number) {
  await p.go('/desk/queue?tab=all&q=' + encodeURIComponent(number))
  await p.page.click('.row a.what')
  await p.page.waitForSelector('.case .str')
}

/** Takes the act that moves the loop on, with words where the form asks for some. */
export async function mainAct(p, words) {
  const { page } = p
  const form = page.locator('.case .acts form.act')
  const before = await page.innerText('.case .acts h3')
  for (const box of await form.locator('textarea[aria-required="true"], input[aria-required="true"]').all()) await box.fill(words)
  const old = await page.locator('.case .tell[role=status]').allInnerTexts()
  // A proposed person's own button is a press of its own (one press sends it): the form's is the one that submits.
  await form.locator('button.go[type=submit]').click()
  await page.waitForFunction((was) => { const el = document.querySelector('.case .tell[role=status]'); return el && el.textContent.trim() !== was }, (old[0] ?? '').trim())
  return before
}

/** The resident rates by the code. */
export async function rate(p, code, { solved = true, score = 5, text = '' } = {}) {
  const { page } = p
  await p.go('/t/' + code)
  await page.click(`.yn button >> nth=${solved ? 0 : 1}`)
  await page.click(`.five label >> nth=${score - 1}`)
  if (text) await page.fill('#rt', text)
  await page.click('.rate button[type=submit]')
  await page.waitForSelector('p.tell[role=status]')
}
