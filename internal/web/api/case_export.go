package api

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"sanzhi/internal/access"
	"sanzhi/internal/cases"
	"sanzhi/internal/kernel"
	"sanzhi/internal/ledger"
	"sanzhi/internal/vault"
)

// CaseFilter says which cases a copy holds: the filters of a list.
type CaseFilter struct {
	Step    string    `json:"step,omitempty" maxLength:"40"`
	Flow    string    `json:"flow,omitempty" maxLength:"40"`
	Item    string    `json:"item,omitempty" maxLength:"80"`
	Strand  string    `json:"strand,omitempty" enum:"zi,fa,de,zhi"`
	Place   kernel.ID `json:"place,omitempty" maxLength:"26"`
	Unit    kernel.ID `json:"unit,omitempty" maxLength:"26"`
	Q       string    `json:"q,omitempty" maxLength:"100" doc:"Words to look for. They are not written down, only that there were some"`
	Overdue bool      `json:"overdue,omitempty"`
	State   string    `json:"state,omitempty" enum:"open,closed,all"`
	Mine    bool      `json:"mine,omitempty"`
	Sort    string    `json:"sort,omitempty" enum:"due,new"`
}

// CaseExport is a copy that was written down.
type CaseExport struct {
	ID   kernel.ID `json:"id"`
	Rows int       `json:"rows"`
	More bool      `json:"more" doc:"There are more than one file holds"`
}

type caseExportIn struct {
	Key     string `header:"Idempotency-Key"`
	RawBody []byte
	Body    CaseFilter
}

type caseFileIn struct {
	ID kernel.ID `path:"id" maxLength:"26"`
	Q  string    `query:"q" maxLength:"100" doc:"The words that were looked for, as they were given when the copy was taken"`
}

// takenCases is what the ledger keeps of a copy.
type takenCases struct {
	Filter   CaseFilter `json:"filter"`
	Searched bool       `json:"searched"`
	Rows     int        `json:"rows"`
}

const (
	actCasesExported = "cases_exported"
	caseExportMost   = 20_000
	// A copy is of what stands now: later than this it would be another one, and is to be taken, and written down, anew.
	caseExportOpen = 10 * time.Minute
)

func (s *Server) caseExportRoutes(api huma.API) {
	handle(s, api, op{method: "POST", path: "/case-exports", perm: access.ExportRun, sum: "Take a copy of filtered cases: it is written down who took it, and when", status: http.StatusCreated, errors: []int{401, 403, 404}}, s.takeCases)
	handle(s, api, op{method: "GET", path: "/case-exports/{id}", perm: access.ExportRun, sum: "The file of a copy that you took, for ten minutes", errors: []int{401, 403, 404}}, s.caseFile)
}

// exportable gives one page of the cases of a query that may be read and exported, and the mark of the next page.
func (s *Server) exportable(ctx context.Context, actor kernel.Actor, q cases.Query) (out []*cases.Case, next string, err error) {
	err = s.Store.View(ctx, actor.Tenant, func(tx kernel.Tx) error {
		out = nil
		l, n, err := s.Cases.Cases.List(tx, q)
		for _, c := range l {
			if access.Decide(actor, access.ExportRun, c.Target(actor.Tenant)).Allow {
				out = append(out, c)
			}
		}
		next = n
		return err
	})
	return out, next, err
}

// exportQuery turns a filter into a query by whole pages.
func (s *Server) exportQuery(ctx context.Context, f CaseFilter) (cases.Query, error) {
	return s.query(ctx, &listIn{Step: f.Step, Flow: f.Flow, Item: f.Item, Strand: f.Strand, Place: f.Place, Unit: f.Unit, Q: f.Q, Overdue: f.Overdue,
		State: f.State, Mine: f.Mine, Sort: f.Sort, Limit: 200})
}

func (s *Server) takeCases(ctx context.Context, in *caseExportIn) (*body[CaseExport], error) {
	actor := CallerOf(ctx).Actor
	q, err := s.exportQuery(ctx, in.Body)
	if err != nil {
		return nil, err
	}
	taken, more := takenCases{Filter: in.Body, Searched: strings.TrimSpace(in.Body.Q) != ""}, false
	taken.Filter.Q = "" // what people type may be a name
	for taken.Rows < caseExportMost {
		l, next, err := s.exportable(ctx, actor, q)
		if err != nil {
			return nil, err
		}
		taken.Rows += len(l)
		if more = next != ""; !more {
			break
		}
		q.Page.After = next
	}
	more = more || taken.Rows > caseExportMost
	taken.Rows = min(taken.Rows, caseExportMost)
	return once(ctx, s, in.Key, "POST /case-exports", in.RawBody, func(tx kernel.Tx) (*CaseExport, error) {
		public, _ := plainJSON(taken).(map[string]any)
		row, err := s.Cases.Ledger.Append(tx, ledger.Entry{Actor: actor, Act: actCasesExported, Object: kernel.ID(tx.Tenant()), Public: public})
		if err != nil {
			return nil, err
		}
		return &CaseExport{ID: row.ID, Rows: taken.Rows, More: more}, nil
	})
}

var noCaseExport = kernel.T("这份导出不在了，或者不是您导出的，请再导出一次", "this copy is no longer there, or it is not yours; take it again")

// takenBy gives what the ledger keeps of a copy, to whoever took it a short while ago.
func (s *Server) takenBy(ctx context.Context, actor kernel.Actor, id kernel.ID) (out takenCases, err error) {
	var row *ledger.Row
	err = s.Store.View(ctx, actor.Tenant, func(tx kernel.Tx) error {
		row, err = s.Admin.Ledger.Row(tx, id)
		return err
	})
	if kernel.Is(err, kernel.KindNotFound) || err == nil && (row.Act != actCasesExported || row.Actor != actor.Ref() || s.Clock.Now().Sub(row.At) > caseExportOpen) {
		return out, kernel.NotFound(noCaseExport)
	}
	if err == nil {
		err = json.Unmarshal([]byte(row.Public), &out)
	}
	return out, err
}

// caseFile streams the file, a page of cases at a time, and never more rows than were written down.
func (s *Server) caseFile(ctx context.Context, in *caseFileIn) (*huma.StreamResponse, error) {
	actor := CallerOf(ctx).Actor
	taken, err := s.takenBy(ctx, actor, in.ID)
	if err != nil {
		return nil, err
	}
	if taken.Searched != (strings.TrimSpace(in.Q) != "") {
		return nil, kernel.NotFound(noCaseExport)
	}
	taken.Filter.Q = in.Q
	q, err := s.exportQuery(ctx, taken.Filter)
	if err != nil {
		return nil, err
	}
	v, err := s.view(ctx, actor)
	if err != nil {
		return nil, err
	}
	first, next, err := s.exportable(ctx, actor, q)
	if err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(hc huma.Context) {
		hc.SetHeader("Content-Type", "text/csv; charset=utf-8")
		hc.SetHeader("Content-Disposition", `attachment; filename="cases-`+string(in.ID)+`.csv"`)
		w := csv.NewWriter(hc.BodyWriter())
		put := func(line []string) bool { return w.Write(line) == nil }
		_, err := hc.BodyWriter().Write([]byte("\ufeff"))
		ok := err == nil && put(caseHeads(v.lang))
		for l, left := first, taken.Rows; ok && left > 0; {
			for _, c := range l[:min(left, len(l))] {
				if ok = ok && put(v.csvRow(c)); !ok {
					return
				}
			}
			if left -= len(l); next == "" || left <= 0 {
				break
			}
			q.Page.After = next
			if l, next, err = s.exportable(ctx, actor, q); err != nil {
				ok = put([]string{kernel.T("没有取完，请再导出一次", "This is not all: take the copy again").In(v.lang)})
				break
			}
		}
		w.Flush()
	}}, nil
}

// caseHeads are the heads of the columns.
func caseHeads(lang kernel.Lang) []string {
	var out []string
	for _, h := range []kernel.Text{kernel.T("单号", "Number"), kernel.T("类别", "Kind"), kernel.T("事项", "Service"), kernel.T("说了什么", "What was said"),
		kernel.T("在哪里", "Where"), kernel.T("走到哪步", "Step"), kernel.T("办结", "Ended"), kernel.T("单位", "Unit"), kernel.T("谁在办", "Assignee"), kernel.T("三治", "Strands"),
		kernel.T("点单时间", "Opened"), kernel.T("在走的钟", "Clock"), kernel.T("到期", "Due"), kernel.T("超时", "Overdue"), kernel.T("有危险", "Urgent"), kernel.T("第几次", "Round"),
		kernel.T("称呼", "Name"), kernel.T("电话", "Telephone")} {
		out = append(out, h.In(lang))
	}
	return out
}

var strandWords = map[string]kernel.Text{"zi": kernel.T("自治", "Self-governance"), "fa": kernel.T("法治", "Rule of law"), "de": kernel.T("德治", "Virtue"), "zhi": kernel.T("智治", "Digital")}

// csvRow is a case as a line of a sheet, personal parts masked.
func (v *view) csvRow(c *cases.Case) []string {
	r := v.row(c)
	stamp := func(t time.Time) string { return t.In(kernel.Shanghai).Format("2006-01-02 15:04") }
	yes := func(b bool) string {
		if b {
			return kernel.T("是", "yes").In(v.lang)
		}
		return ""
	}
	kind := r.Flow
	if f, err := v.set.Flow(c.Flow, c.FlowVersion); err == nil {
		kind = f.Flow.Title.In(v.lang)
	}
	var strands []string
	for _, s := range r.Strands {
		strands = append(strands, strandWords[s].In(v.lang))
	}
	clock, due := "", ""
	if r.Clock != nil {
		clock, due = r.Clock.Title, stamp(r.Clock.DueAt)
	}
	ended, name, phone := "", "", ""
	if r.End != "" {
		ended = r.StepTitle
	}
	if p, err := v.s.Cases.Open(v.who.Tenant, c); err == nil && p.Contact != (cases.Contact{}) {
		name, phone = vault.MaskName(p.Contact.Name), vault.MaskPhone(p.Contact.Phone)
	}
	line := []string{r.Number, kind, r.Title, c.Text, r.Where, r.StepTitle, ended, nameOf(r.Unit), nameOf(r.Assignee), strings.Join(strands, kernel.T("、", ", ").In(v.lang)),
		stamp(r.OpenedAt), clock, due, yes(r.Overdue), yes(r.Urgent), strconv.Itoa(r.Round), name, phone}
	for i := range line {
		line[i] = plainCell(line[i])
	}
	return line
}

func nameOf(n *Named) string {
	if n == nil {
		return ""
	}
	return n.Name
}

// plainCell keeps a text that a sheet would take for a formula a text.
func plainCell(s string) string {
	if t := strings.TrimLeft(s, " \u00a0\u3000"); s != "" && (strings.ContainsRune("\t\r\n", rune(s[0])) || t != "" && strings.ContainsRune("=+-@\t\r＝＋－＠", []rune(t)[0])) {
		return "'" + s
	}
	return s
}
