import { enc, get, post } from '../../api'
import type { RecordPage, Report, ReportRow, Templates, Trace } from '../../bulletin/types'

export const reports = (q: { status?: string; after?: string }) => get<{ items: ReportRow[] | null; next?: string }>('/reports', q)
export const templates = () => get<Templates>('/reports/templates')
export const issue = (o: { template: string; place?: string; from: string; to: string }, key: string) => post<Report>('/reports', o, key)
export const report = (id: string) => get<Report>('/reports/' + enc(id))
export const move = (id: string, what: 'publish' | 'discard', version: number) => post<Report>(`/reports/${enc(id)}/${what}`, { version })
export const trace = (id: string, figure: string) => get<Trace>(`/reports/${enc(id)}/figures/${enc(figure)}`)
export const records = (id: string, figure: string, after?: string, limit = 20) => get<RecordPage>(`/reports/${enc(id)}/figures/${enc(figure)}/records`, { after, limit })
export const take = (id: string, format: string, lang: string) => post<{ id: string; url: string }>(`/reports/${enc(id)}/exports`, { format, lang })
export const proofUrl = (id: string) => `/api/v1/reports/${enc(id)}/proof`
