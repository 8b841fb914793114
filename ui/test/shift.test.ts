import { describe, expect, test } from 'vitest'
import { fills, isSoftware, paceOf, roomOf, shiftOf, type Spot } from '../src/map/shift'

let seed = 7
const random = () => { seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648; return seed / 2_147_483_648 }
/** Where a point of the world's square is seen, from the middle of the window. */
const seen = (p: { x: number; y: number }, v: Spot) => ({ x: (p.x - v.x) * 512 * 2 ** v.zoom, y: (p.y - v.y) * 512 * 2 ** v.zoom })

describe('a shifted picture', () => {
  test('shows each point where the map has it', () => {
    for (let i = 0; i < 500; i++) {
      const was = { x: random(), y: random(), zoom: 7 + 11 * random() }
      const near = () => (random() - 0.5) / 2 ** was.zoom
      const now = { x: was.x + near(), y: was.y + near(), zoom: was.zoom + 2 * random() - 1 }
      const p = { x: was.x + near(), y: was.y + near() }
      const s = shiftOf(was, now), old = seen(p, was), want = seen(p, now)
      expect(s.k * old.x + s.dx).toBeCloseTo(want.x, 4)
      expect(s.k * old.y + s.dy).toBeCloseTo(want.y, 4)
    }
  })
  test.each([
    [0, 0, 1, true], [100, 0, 1, true], [101, 0, 1, false], [0, -100, 1, true], [0, -101, 1, false],
    [0, 0, 0.5, false], [0, 0, 0.9, true], [41, 0, 0.9, false], [39, 0, 0.9, true], [300, 0, 2, true], [901, 0, 2, false],
  ])('by %d, %d at %d times: fills the window %s', (dx, dy, k, yes) => expect(fills({ dx, dy, k }, 1000, 600, 100)).toBe(yes))
  test('with something to spare it is told earlier', () => {
    expect(fills({ dx: 90, dy: 0, k: 1 }, 1000, 600, 100, 16)).toBe(false)
    expect(fills({ dx: 84, dy: 0, k: 1 }, 1000, 600, 100, 16)).toBe(true)
  })
  test.each([[1254, 774, 129], [358, 420, 60], [0, 0, 48], [4000, 3000, 160]])('room around %d × %d', (w, h, room) => expect(roomOf(w, h)).toBe(room))
})

describe('what draws without a graphics card', () => {
  test.each(['ANGLE (Google, Vulkan 1.3.0 (SwiftShader Device (Subzero) (0x0000C0DE)), SwiftShader driver)', 'llvmpipe (LLVM 15.0.6, 256 bits)', 'ANGLE (Microsoft, Microsoft Basic Render Driver Direct3D11 vs_5_0 ps_5_0, D3D11)', 'Apple Software Renderer', 'softpipe', 'ANGLE (Mesa, llvmpipe (LLVM 15.0.6 256 bits), OpenGL ES 3.2)'])('%s', (r) => expect(isSoftware(r)).toBe(true))
  test.each(['ANGLE (Intel, Intel(R) UHD Graphics 630 (0x00003E92) Direct3D11 vs_5_0 ps_5_0, D3D11)', 'ANGLE (Apple, ANGLE Metal Renderer: Apple M2, Unspecified Version)', 'Adreno (TM) 640', 'Mali-G78', 'NVIDIA GeForce GTX 980, or similar', 'Warped Visions GPU', ''])('a card: %s', (r) => expect(isSoftware(r)).toBe(false))
})

describe('the pace of a map', () => {
  test('is not told by a few frames', () => expect(paceOf(Array.from({ length: 23 }, () => 90))).toBe(0))
  test('is the middle one: a single halt does not make it slow', () => expect(paceOf([...Array.from({ length: 23 }, () => 16), 900])).toBe(16))
  test('of a slow one', () => expect(paceOf(Array.from({ length: 24 }, (_, i) => 40 + (i % 3)))).toBe(41))
})
