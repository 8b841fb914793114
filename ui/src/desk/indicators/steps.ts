// Amounts are decimal numbers in words. They are reckoned with as whole numbers of the smallest step, so that what adds up
// adds up exactly and nothing hangs on floating point.

/** The amount in smallest steps, or null when it is no number of that many places. */
export function toSteps(s: string, places: number): bigint | null {
  const m = /^(\d+)(?:\.(\d*))?$/.exec(s.trim().replaceAll(',', ''))
  if (!m) return null
  const frac = (m[2] ?? '').replace(/0+$/, '')
  if (frac.length > places) return null
  return BigInt(m[1]! + frac.padEnd(places, '0'))
}

export function fromSteps(n: bigint, places: number): string {
  const sign = n < 0n ? '-' : ''
  const s = (n < 0n ? -n : n).toString().padStart(places + 1, '0')
  return sign + (places ? s.slice(0, -places) + '.' + s.slice(-places) : s)
}

/** What the parts leave of the whole: 0 when they add up, null while one of them is no number. */
export function leftOver(whole: string, parts: string[], places: number): bigint | null {
  let left = toSteps(whole, places)
  for (const p of parts) {
    const n = toSteps(p, places)
    if (left === null || n === null) return null
    left -= n
  }
  return left
}

/** The mean of the parts by their weights, as the server reckons it; null while one of them is no number. */
export function meanOf(parts: { amount: string; weight: number }[], places: number): bigint | null {
  const steps = parts.map((p) => toSteps(p.amount, places))
  if (!parts.length || steps.includes(null)) return null
  const given = parts.reduce((n, p) => n + BigInt(Math.max(0, Math.trunc(p.weight || 0))), 0n)
  const all = given || BigInt(parts.length)
  const sum = steps.reduce((n: bigint, s, i) => n + s! * (given ? BigInt(Math.max(0, Math.trunc(parts[i]!.weight || 0))) : 1n), 0n)
  return (2n * sum + all) / (2n * all)
}

/** The next smaller periods: a year's quarters, a quarter's months. */
export function periodsOf(label: string): string[] {
  const q = /^(\d{4})Q([1-4])$/.exec(label)
  if (q) return [1, 2, 3].map((m) => `${q[1]}-${String((Number(q[2]) - 1) * 3 + m).padStart(2, '0')}`)
  return /^\d{4}$/.test(label) ? [1, 2, 3, 4].map((n) => `${label}Q${n}`) : []
}
