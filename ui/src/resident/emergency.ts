import type { EmergencyLine } from '../types'

/** The numbers whose words stand in the text. The words come from the server; nothing is guessed here. */
export function urgent(text: string, lines: EmergencyLine[]): EmergencyLine[] {
  const s = text.toLowerCase()
  return lines.filter((l) => (l.words ?? []).some((w) => w && s.includes(w.toLowerCase())))
}
