import type { components } from '../openapi'

type S = components['schemas']
export type ReportRow = S['ReportRow']
export type Report = S['Report']
export type Figure = S['ReportFigure']
export type Section = S['ReportSection']
export type Trace = S['FigureTrace']
export type RecordPage = S['FigureRecords']
export type FigureRecord = S['FigureRecord']
export type Templates = S['ReportTemplates']
