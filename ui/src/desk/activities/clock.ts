// Fields of date and time are Asia/Shanghai, wherever the reader is.
const east8 = 8 * 3_600_000

/** An instant as a field shows it. */
export const toField = (iso: string) => new Date(Date.parse(iso) + east8).toISOString().slice(0, 16)
/** What a field holds, as an instant. */
export const fromField = (v: string) => new Date(Date.parse(v + ':00Z') - east8).toISOString()
/** A day some days from now at an hour. */
export const soon = (days: number, hour: number, now: number) => new Date(Math.floor((now + east8) / 86_400_000 + days) * 86_400_000 + hour * 3_600_000).toISOString().slice(0, 16)
/** Tenths of a 斤 in grams, exactly: 1 斤 is 500 g. */
export const grams = (jin: string) => Math.round(Number(jin) * 500)
export const jin = (g: number) => String(Math.round(g / 5) / 100)
export const yuan = (fen: number) => (fen / 100).toFixed(2)
/** 元/斤 in 分/kg. */
export const rateFen = (perJin: string) => Math.round(Number(perJin) * 200)
export const perJin = (fen: number) => String(fen / 200)

/** The hours alone, beside a day that is named already: 9:00–11:00; nothing when they end on another day. */
export const hours = (from: string, to: string) => (toField(from).slice(0, 10) === toField(to).slice(0, 10) ? [from, to].map((x) => toField(x).slice(11).replace(/^0/, '')).join('–') : null)
