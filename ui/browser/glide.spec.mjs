// Where WebGL is drawn by the processor, as here, the map's picture is moved as one piece under the hand.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { browse, of, open, signIn, start } from './lib.mjs'

let server, browser
before(async () => { server = await start(); browser = await browse() })
after(async () => { await browser?.close(); await server?.stop() })

const there = (p) => p.page.waitForFunction(() => window.__map?.loaded() && window.__map.queryRenderedFeatures({ layers: ['many', 'one'] }).length > 0, null, { timeout: 30_000 })

/** Drags by a few pixels a frame and tells, for each frame, where the hand and the picture were and whether it was drawn. */
const drag = (page, dx, dy, frames) => page.evaluate(async ([dx, dy, frames]) => {
  const map = window.__map, canvas = map.getCanvas(), gl = map.painter.context.gl
  const frame = document.querySelector('.glmap').getBoundingClientRect()
  let drawn = 0
  const put = gl.drawElements
  gl.drawElements = (...a) => { drawn++; put.apply(gl, a) }
  const x = frame.left + frame.width / 2, y = frame.top + frame.height / 2
  const at = (i) => ({ bubbles: true, cancelable: true, button: 0, buttons: 1, clientX: x + i * dx, clientY: y + i * dy })
  const beside = (i) => { const box = map.getContainer().getBoundingClientRect(); return [x + i * dx - box.left, y + i * dy - box.top] }
  const next = () => new Promise((done) => requestAnimationFrame(done))
  const under = map.unproject(beside(0)), out = []
  canvas.dispatchEvent(new MouseEvent('mousedown', at(0)))
  for (let i = 1; i <= frames; i++) {
    const was = drawn
    canvas.dispatchEvent(new MouseEvent('mousemove', at(i)))
    await next()
    await new Promise((done) => setTimeout(done))
    // The page's own account of the canvas is not asked: where it truly is.
    const r = Element.prototype.getBoundingClientRect.call(canvas)
    const now = map.unproject(beside(i)), [px, py] = [map.project(under), beside(i)]
    out.push({ i, drawn: drawn > was, left: r.left, top: r.top, right: r.right, bottom: r.bottom, off: Math.hypot(px.x - py[0], px.y - py[1]), lng: now.lng })
  }
  canvas.dispatchEvent(new MouseEvent('mouseup', { bubbles: true, button: 0 }))
  gl.drawElements = put
  return { out, frame: { left: frame.left, top: frame.top, right: frame.right, bottom: frame.bottom } }
}, [dx, dy, frames])

for (const width of [1440, 390]) {
  test(`without a graphics card the map's picture follows the hand and is drawn anew when it rests, ${width} px`, async () => {
    const p = await open(browser, { url: server.url, width })
    await p.page.addInitScript(() => { window.__watchMap = 1 })
    await signIn(p, of(server.accounts, 'district_leader'))
    await p.go('/desk/map')
    await there(p)
    await p.page.waitForFunction(() => window.__map.areTilesLoaded())
    await p.page.waitForTimeout(800)
    const { out, frame } = await drag(p.page, 3, -2, 14)
    let last = null, kept = 0
    for (const f of out.slice(2)) {
      assert.ok(f.off < 1, `what the hand took is ${f.off.toFixed(1)} px away from it in frame ${f.i}`)
      if (!f.drawn && last) {
        kept++
        assert.ok(Math.abs(f.left - last.left - 3 * (f.i - last.i)) <= 1 && Math.abs(f.top - last.top + 2 * (f.i - last.i)) <= 1, `the picture went ${f.left - last.left}, ${f.top - last.top} from frame ${last.i} to ${f.i}`)
        assert.ok(f.left <= frame.left && f.top <= frame.top && f.right >= frame.right && f.bottom >= frame.bottom, 'the picture leaves an edge bare')
      }
      last = f
    }
    assert.ok(kept >= 4, `${kept} of ${out.length} frames went without a drawing`)
    // At rest it is drawn where it belongs.
    await p.page.waitForFunction(() => !window.__map.isMoving() && !window.__map.getCanvas().style.transform)
    // The number of those in view counts what is within the frame alone.
    const counts = await p.page.evaluate(() => {
      const m = window.__map, r = document.querySelector('.glmap').getBoundingClientRect(), c = Element.prototype.getBoundingClientRect.call(m.getCanvas())
      return { wider: c.width - r.width, room: m.getPadding().left }
    })
    assert.ok(counts.room > 40 && Math.abs(counts.wider - 2 * counts.room) < 4, JSON.stringify(counts))
    // A zoom scales it, then draws it sharp.
    const zoom = await p.page.evaluate(() => window.__map.getZoom())
    await p.page.click('.glctl button >> nth=0')
    await p.page.waitForFunction((z) => window.__map.getZoom() > z + 0.99 && !window.__map.getCanvas().style.transform, zoom)
    const faults = await p.faults('map')
    await p.close()
    assert.deepEqual(faults, [])
  })
}
