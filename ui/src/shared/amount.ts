/** A whole number as both languages write it here: four digits without a comma, from five with. */
export function amount(n: number): string {
  return n < 10_000 ? String(n) : n.toLocaleString('en-US')
}
