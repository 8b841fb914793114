import { nextTick } from 'vue'

const longest = 1600

/** Where photos stay on this device until what they belong to has arrived: put gives the name under which get finds them again, send
 * brings one to the server ahead of time. */
export interface Shelf { put: (blob: Blob) => Promise<string>; get: (id: string) => Promise<Blob | null>; has: (id: string) => boolean; send: (id: string) => Promise<unknown> }

// What is being done to photos that somebody chose, in all forms of the page.
const under = new Set<Promise<boolean>>()

/** Notes that a photo is on its way to where it is safe; `work` tells whether it got there. The function that comes back lets go of it. */
export function underway(work: Promise<boolean>): () => void {
  let end = (_well: boolean) => {}
  const over: Promise<boolean> = new Promise<boolean>((ok) => { end = ok }).finally(() => under.delete(over))
  under.add(over)
  void work.then(end, () => end(false))
  return () => end(true)
}

/** Waits until every chosen photo is safe, on the shelf or on the server: a form that was sent sooner would go without them. False when
 * one did not get there, which stands beside it: then the form waits for its writer. */
export async function photosSafe(): Promise<boolean> {
  let well = true
  while (under.size) well = (await Promise.all(under)).every(Boolean) && well
  await nextTick() // what a form keeps beside its photos follows them
  return well
}

export interface Shot { canvas: HTMLCanvasElement; blob: Blob }

/**
 * Draws a picture smaller before it is sent: it spares the reader's data, and the place and device that cameras write into
 * files stay on the phone. A canvas also previews it without blob: or data: addresses, which the security policy refuses.
 */
export async function shrink(file: Blob): Promise<Shot> {
  const bitmap = await createImageBitmap(file, { imageOrientation: 'from-image' })
  const k = Math.min(1, longest / Math.max(bitmap.width, bitmap.height))
  const canvas = document.createElement('canvas')
  canvas.width = Math.max(1, Math.round(bitmap.width * k))
  canvas.height = Math.max(1, Math.round(bitmap.height * k))
  canvas.getContext('2d')!.drawImage(bitmap, 0, 0, canvas.width, canvas.height)
  bitmap.close()
  const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/jpeg', 0.85))
  if (!blob) throw new Error('no picture')
  return { canvas, blob }
}
