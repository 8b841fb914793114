// Where a picture of the map lies while it stands for a newer one. No library here.

/** Where a picture was drawn: its middle in the world's unit square, and its zoom. */
export interface Spot { x: number; y: number; zoom: number }
export interface Shift { dx: number; dy: number; k: number }

/** How a picture drawn at one spot must lie to stand for another: scaled about its middle, then moved, in pixels. */
export function shiftOf(was: Spot, now: Spot): Shift {
  const world = 512 * 2 ** now.zoom
  return { dx: (was.x - now.x) * world, dy: (was.y - now.y) * world, k: 2 ** (now.zoom - was.zoom) }
}
/** Whether a picture that reaches `room` beyond a window of w × h still fills it, with so much to spare. */
export const fills = (s: Shift, w: number, h: number, room: number, spare = 0) =>
  (w / 2 + room) * s.k - Math.abs(s.dx) >= w / 2 + spare && (h / 2 + room) * s.k - Math.abs(s.dy) >= h / 2 + spare
/** Room on each side, a sixth of the shorter one: more would make every picture dearer. */
export const roomOf = (w: number, h: number) => Math.round(Math.min(160, Math.max(48, Math.min(w, h) / 6)))

/** Names of what draws without a graphics card: Chromium and Firefox on Linux, on Windows, on macOS. */
export const isSoftware = (renderer: string) => /swiftshader|llvmpipe|softpipe|swrast|lavapipe|basic render|\bwarp\b|software|apple generic/i.test(renderer)

/** The middle of so many times between frames, once there are enough; nought before. */
export function paceOf(times: number[], enough = 24): number {
  return times.length < enough ? 0 : [...times].sort((a, b) => a - b)[Math.floor(times.length / 2)]!
}
