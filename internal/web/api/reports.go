package api

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"sanzhi/internal/access"
	"sanzhi/internal/kernel"
	"sanzhi/internal/ledger"
	"sanzhi/internal/reports"
	"sanzhi/internal/reports/paper"
)

// Bulletins are what the reports' routes stand on.
type Bulletins struct {
	*reports.Service
	Rows ledger.ProofRepo
}

// proofs makes receipts with the installation's key.
func (s *Server) proofs() (reports.Signing, error) {
	if s.SignKey == nil {
		return reports.Signing{}, kernel.Unavailable(kernel.T("这里没有签名的密钥，不能出核验文件", "there is no signing key here, so no proof can be made"), nil)
	}
	v, err := verifierOf(s.SignKey)
	return reports.Signing{Rows: s.Bulletins.Rows, Verifier: v, Key: s.SignKey}, err
}

type reportsIn struct {
	PageQuery
	Status   string `query:"status" enum:"draft,published,discarded"`
	Template string `query:"template" maxLength:"40"`
}

type issueIn struct {
	Key     string `header:"Idempotency-Key"`
	RawBody []byte
	Body    struct {
		Template string    `json:"template" maxLength:"40" example:"monthly"`
		Place    kernel.ID `json:"place,omitempty" maxLength:"26" doc:"The whole district when left out"`
		From     string    `json:"from" format:"date" doc:"First day (Asia/Shanghai)"`
		To       string    `json:"to" format:"date" doc:"Last day"`
	}
}

type reportIn struct {
	ID kernel.ID `path:"id" maxLength:"26"`
}

type movedIn struct {
	ID      kernel.ID `path:"id" maxLength:"26"`
	Key     string    `header:"Idempotency-Key"`
	RawBody []byte
	Body    struct {
		Version int `json:"version" minimum:"1" doc:"The version that you saw"`
	}
}

type figureIn struct {
	ID     kernel.ID `path:"id" maxLength:"26"`
	Figure string    `path:"figure" maxLength:"40" example:"issues"`
}

type recordsIn struct {
	ID     kernel.ID `path:"id" maxLength:"26"`
	Figure string    `path:"figure" maxLength:"40" example:"issues"`
	PageQuery
}

type exportIn struct {
	ID      kernel.ID `path:"id" maxLength:"26"`
	Key     string    `header:"Idempotency-Key"`
	RawBody []byte
	Body    struct {
		Format string `json:"format" enum:"docx,pdf,html,xlsx"`
		Lang   string `json:"lang" enum:"zh,en"`
	}
}

type copyIn struct {
	ID   kernel.ID `path:"id" maxLength:"26"`
	Copy kernel.ID `path:"copy" maxLength:"26"`
}

type proofIn struct {
	ID kernel.ID `path:"id" maxLength:"26"`
}

// fileOut is an answer that is a file.
type fileOut struct {
	Type        string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Body        []byte
}

func (s *Server) reportRoutes(api huma.API) {
	handle(s, api, op{method: "GET", path: "/reports/templates", perm: access.ReportRead, sum: "Kinds of bulletins, and the queries that figures come from", errors: []int{401, 403}}, s.reportTemplates)
	handle(s, api, op{method: "GET", path: "/reports", perm: access.ReportRead, sum: "Bulletins, the newest first", errors: []int{401, 403}}, s.reports)
	handle(s, api, op{method: "POST", path: "/reports", perm: access.ReportWrite, sum: "Count and issue a bulletin, as a draft", status: http.StatusCreated, errors: []int{401, 403, 404, 409}}, s.issueReport)
	handle(s, api, op{method: "GET", path: "/reports/{id}", perm: access.ReportRead, sum: "A bulletin as it was issued", errors: []int{401, 403, 404}}, s.report)
	handle(s, api, op{method: "POST", path: "/reports/{id}/publish", perm: access.ReportPublish, sum: "Publish a draft", errors: []int{401, 403, 404, 409}}, s.publishReport)
	handle(s, api, op{method: "POST", path: "/reports/{id}/discard", perm: access.ReportPublish, sum: "Put a draft away; its number is not given again", errors: []int{401, 403, 404, 409}}, s.discardReport)
	handle(s, api, op{method: "GET", path: "/reports/{id}/figures/{figure}", perm: access.ReportRead, sum: "Where a figure comes from, and what differs now", errors: []int{401, 403, 404}}, s.reportFigure)
	handle(s, api, op{method: "GET", path: "/reports/{id}/figures/{figure}/records", perm: access.ReportRead, sum: "The records behind a figure now, as far as you may see them", errors: []int{401, 403, 404}}, s.reportRecords)
	handle(s, api, op{method: "POST", path: "/reports/{id}/exports", perm: access.ExportRun, sum: "Take a copy: it is written down who took it, and when", status: http.StatusCreated, errors: []int{401, 403, 404}}, s.exportReport)
	handle(s, api, op{method: "GET", path: "/reports/{id}/exports/{copy}", perm: access.ExportRun, sum: "The file of a copy that you took", errors: []int{401, 403, 404}}, s.reportCopy)
	handle(s, api, op{method: "GET", path: "/reports/{id}/proof", perm: access.ReportRead, sum: "The file that proves a bulletin offline", errors: []int{401, 403, 404}}, s.reportProof)

	const open = "published bulletins are for everyone"
	handle(s, api, op{method: "GET", path: "/public/reports", open: open, sum: "Published bulletins, the newest first"}, s.publicReports)
	handle(s, api, op{method: "GET", path: "/public/reports/{id}", open: open, sum: "A published bulletin; of the records behind its figures, how many lie where and when", errors: []int{404}}, s.publicReport)
	handle(s, api, op{method: "GET", path: "/public/reports/{id}/proof", open: open, sum: "The file that proves a published bulletin offline", errors: []int{404}}, s.publicProof)
	handle(s, api, op{method: "GET", path: "/public/key", open: "whoever checks needs the public key", sum: "The public key that signs receipts and checkpoints"}, s.publicKey)
}

func (s *Server) reportTemplates(ctx context.Context, _ *struct{}) (*body[ReportTemplates], error) {
	lang := LangOf(ctx)
	out := &body[ReportTemplates]{ReportTemplates{Items: []ReportTemplate{}, Queries: []ReportQuery{}}}
	for _, t := range s.Bulletins.Templates.All() {
		out.Body.Items = append(out.Body.Items, ReportTemplate{ID: t.ID, Version: t.Version, Title: plainTitle(t.Title.In(lang)), Every: t.Every})
	}
	for _, q := range s.Bulletins.Queries.All() {
		out.Body.Queries = append(out.Body.Queries, ReportQuery{ID: q.ID, Version: q.Version, Title: q.Title.In(lang), Leaves: q.Leaves.In(lang), Source: q.Source.In(lang),
			Over: string(q.Over), Share: q.Share, Persons: q.Persons, Params: append([]string{}, q.Params...)})
	}
	return out, nil
}

func (s *Server) reports(ctx context.Context, in *reportsIn) (*body[ReportList], error) {
	actor := CallerOf(ctx).Actor
	out := &body[ReportList]{ReportList{Items: []ReportRow{}}}
	err := s.Store.View(ctx, actor.Tenant, func(tx kernel.Tx) error {
		l, next, err := s.Bulletins.List(tx, actor, reports.ListQuery{Status: reports.Status(in.Status), Template: in.Template, Page: in.page()})
		if err != nil {
			return err
		}
		out.Body.Next = next
		out.Body.Items, err = reportRows(LangOf(ctx), l)
		return err
	})
	return out, err
}

func (s *Server) publicReports(ctx context.Context, in *PageQuery) (*body[ReportList], error) {
	out := &body[ReportList]{ReportList{Items: []ReportRow{}}}
	err := s.Store.View(ctx, CallerOf(ctx).Actor.Tenant, func(tx kernel.Tx) error {
		l, next, err := s.Bulletins.Public(tx, in.page())
		if err != nil {
			return err
		}
		out.Body.Next = next
		out.Body.Items, err = reportRows(LangOf(ctx), l)
		return err
	})
	return out, err
}

func (s *Server) issueReport(ctx context.Context, in *issueIn) (*body[Report], error) {
	actor := CallerOf(ctx).Actor
	o := reports.Order{Template: in.Body.Template, Place: in.Body.Place}
	var err error
	if o.From, err = day("from", in.Body.From, 0); err != nil {
		return nil, err
	}
	if o.To, err = day("to", in.Body.To, 1); err != nil {
		return nil, err
	}
	// Counting takes a while: it is done on a snapshot before the unit of work, which writes down what was counted.
	ready, err := s.Bulletins.Prepare(ctx, actor, o)
	if err != nil {
		return nil, err
	}
	return once(ctx, s, in.Key, "POST /reports", in.RawBody, func(tx kernel.Tx) (*Report, error) {
		i, err := s.Bulletins.Commit(tx, actor, ready)
		if err != nil {
			return nil, err
		}
		return reportView(LangOf(ctx), actor, i)
	})
}

func (s *Server) report(ctx context.Context, in *reportIn) (*body[Report], error) {
	actor := CallerOf(ctx).Actor
	return s.oneReport(ctx, actor, func(tx kernel.Tx) (*reports.Issued, error) { return s.Bulletins.Get(tx, actor, in.ID) })
}

func (s *Server) publicReport(ctx context.Context, in *reportIn) (*body[Report], error) {
	return s.oneReport(ctx, kernel.Anonymous(CallerOf(ctx).Actor.Tenant), func(tx kernel.Tx) (*reports.Issued, error) { return s.Bulletins.Open(tx, in.ID) })
}

func (s *Server) oneReport(ctx context.Context, actor kernel.Actor, get func(kernel.Tx) (*reports.Issued, error)) (*body[Report], error) {
	var out *Report
	err := s.Store.View(ctx, CallerOf(ctx).Actor.Tenant, func(tx kernel.Tx) error {
		i, err := get(tx)
		if err != nil {
			return err
		}
		out, err = reportView(LangOf(ctx), actor, i)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &body[Report]{*out}, nil
}

func (s *Server) publishReport(ctx context.Context, in *movedIn) (*body[Report], error) {
	return s.moveReport(ctx, in, "publish", s.Bulletins.Publish)
}

func (s *Server) discardReport(ctx context.Context, in *movedIn) (*body[Report], error) {
	return s.moveReport(ctx, in, "discard", s.Bulletins.Discard)
}

func (s *Server) moveReport(ctx context.Context, in *movedIn, what string, move func(kernel.Tx, kernel.Actor, kernel.ID, int) (*reports.Issued, error)) (*body[Report], error) {
	actor := CallerOf(ctx).Actor
	return once(ctx, s, in.Key, "POST /reports/"+string(in.ID)+"/"+what, in.RawBody, func(tx kernel.Tx) (*Report, error) {
		i, err := move(tx, actor, in.ID, in.Body.Version)
		if err != nil {
			return nil, err
		}
		return reportView(LangOf(ctx), actor, i)
	})
}

// onFigure gives a figure of a bulletin that the caller may read.
func (s *Server) onFigure(ctx context.Context, in figureIn, fn func(tx kernel.Tx, actor kernel.Actor, i *reports.Issued, f *reports.Figure, q *reports.Query) error) error {
	actor := CallerOf(ctx).Actor
	return s.Store.View(ctx, actor.Tenant, func(tx kernel.Tx) error {
		i, err := s.Bulletins.Get(tx, actor, in.ID)
		if err != nil {
			return err
		}
		d, err := i.Doc()
		if err != nil {
			return err
		}
		f, q, err := s.Bulletins.FigureOf(d, in.Figure)
		if err != nil {
			return err
		}
		return fn(tx, actor, i, f, q)
	})
}

func (s *Server) reportFigure(ctx context.Context, in *figureIn) (*body[FigureTrace], error) {
	lang := LangOf(ctx)
	out := &body[FigureTrace]{}
	err := s.onFigure(ctx, *in, func(tx kernel.Tx, _ kernel.Actor, i *reports.Issued, f *reports.Figure, q *reports.Query) error {
		out.Body.Figure = figureView(lang, f)
		if q == nil {
			return nil
		}
		c, err := s.Bulletins.Now(tx, i, f, q)
		if err == nil {
			out.Body.Now = &FigureNow{At: tx.Now(), Text: c.Now.Text.In(lang), Num: c.Tally.Num, Den: c.Tally.Den, Same: c.Same, Added: c.Added, Gone: c.Gone, Moved: c.Moved}
		}
		return err
	})
	return out, err
}

func (s *Server) reportRecords(ctx context.Context, in *recordsIn) (*body[FigureRecords], error) {
	lang := LangOf(ctx)
	out := &body[FigureRecords]{FigureRecords{Items: []FigureRecord{}}}
	err := s.onFigure(ctx, figureIn{in.ID, in.Figure}, func(tx kernel.Tx, actor kernel.Actor, i *reports.Issued, f *reports.Figure, q *reports.Query) error {
		l, was, next, err := s.Bulletins.Behind(tx, actor, i, f, q, in.page())
		if err != nil {
			return err
		}
		out.Body.Next = next
		for _, r := range l {
			x := FigureRecord{ID: r.ID, Title: r.Title.In(lang), Where: r.Near, Num: r.Num, Den: r.Den, Counted: was[r.ID]}
			if !r.At.IsZero() {
				at := r.At
				x.At = &at
			}
			if q.Reads == access.CaseRead {
				x.Case = r.ID
			}
			out.Body.Items = append(out.Body.Items, x)
		}
		return nil
	})
	return out, err
}

func (s *Server) exportReport(ctx context.Context, in *exportIn) (*body[ReportCopy], error) {
	actor := CallerOf(ctx).Actor
	return once(ctx, s, in.Key, "POST /reports/"+string(in.ID)+"/exports", in.RawBody, func(tx kernel.Tx) (*ReportCopy, error) {
		row, err := s.Bulletins.Export(tx, actor, in.ID, in.Body.Format, kernel.Lang(in.Body.Lang))
		if err != nil {
			return nil, err
		}
		return &ReportCopy{ID: row.ID, URL: "/api/v1/reports/" + string(in.ID) + "/exports/" + string(row.ID)}, nil
	})
}

var noCopy = kernel.T("没有这份导出，请重新导出一次", "there is no such copy; take it again")

func (s *Server) reportCopy(ctx context.Context, in *copyIn) (*fileOut, error) {
	actor := CallerOf(ctx).Actor
	var job *paper.Job
	var public struct{ Format string }
	err := s.Store.View(ctx, actor.Tenant, func(tx kernel.Tx) error {
		row, err := s.Bulletins.Rows.Row(tx, in.Copy)
		if err != nil || row.Object != in.ID {
			return kernel.NotFound(noCopy)
		}
		if job, err = s.Bulletins.Paper(tx, actor, row); err != nil {
			return err
		}
		return json.Unmarshal([]byte(row.Public), &public)
	})
	if err != nil {
		return nil, err
	}
	raw, err := job.Make(public.Format)
	if err != nil {
		return nil, err
	}
	return &fileOut{Type: paper.Formats[public.Format], Disposition: attachment(string(in.ID) + "." + public.Format), Body: raw}, nil
}

// attachment names a file that is to be kept, not shown.
func attachment(name string) string { return `attachment; filename="bulletin-` + name + `"` }

func (s *Server) reportProof(ctx context.Context, in *proofIn) (*fileOut, error) {
	actor := CallerOf(ctx).Actor
	return s.proofOf(ctx, in.ID, func(tx kernel.Tx) (*reports.Issued, error) { return s.Bulletins.Get(tx, actor, in.ID) })
}

func (s *Server) publicProof(ctx context.Context, in *proofIn) (*fileOut, error) {
	return s.proofOf(ctx, in.ID, func(tx kernel.Tx) (*reports.Issued, error) { return s.Bulletins.Open(tx, in.ID) })
}

func (s *Server) proofOf(ctx context.Context, id kernel.ID, get func(kernel.Tx) (*reports.Issued, error)) (*fileOut, error) {
	proofs, err := s.proofs()
	if err != nil {
		return nil, err
	}
	var b *reports.Bundle
	err = s.Store.View(ctx, CallerOf(ctx).Actor.Tenant, func(tx kernel.Tx) error {
		i, err := get(tx)
		if err != nil {
			return err
		}
		b, err = s.Bulletins.Bundle(tx, i, proofs)
		return err
	})
	if err != nil {
		return nil, err
	}
	raw, err := json.Marshal(b)
	if err != nil {
		return nil, kernel.Internal("proof", err)
	}
	return &fileOut{Type: "application/json", Disposition: attachment(string(id) + ".json"), Body: raw}, nil
}

// PublicKey is the key that anyone checks with.
type PublicKey struct {
	Key string `json:"key" example:"sanzhi+0a1b2c3d+AQ…" doc:"In the form of golang.org/x/mod/sumdb/note"`
}

func (s *Server) publicKey(_ context.Context, _ *struct{}) (*body[PublicKey], error) {
	p, err := s.proofs()
	if err != nil {
		return nil, err
	}
	return &body[PublicKey]{PublicKey{Key: p.PublicKey()}}, nil
}

func timeOrNil(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
