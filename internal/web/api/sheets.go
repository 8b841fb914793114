package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"sanzhi/internal/kernel"
	"sanzhi/internal/sheets"
)

// SheetInfo is a register that can be taken out or brought in as a file.
type SheetInfo struct {
	Key       string `json:"key" example:"orgs"`
	Title     string `json:"title"`
	About     string `json:"about"`
	Group     string `json:"group"`
	MayExport bool   `json:"may_export"`
	MayImport bool   `json:"may_import"`
	Personal  bool   `json:"personal" doc:"It has personal cells, which are masked unless a reason is given"`
}

// SheetList are the sheets of the reader.
type SheetList struct {
	Items []SheetInfo `json:"items"`
}

// SheetFault is what is wrong with a cell, a row or the file.
type SheetFault struct {
	Row    int    `json:"row" doc:"As Excel counts; the head is 1"`
	Column string `json:"column,omitempty"`
	Name   string `json:"name,omitempty" doc:"The column's name"`
	Say    string `json:"say"`
}

// SheetOutcome is what an import did, or would do.
type SheetOutcome struct {
	ID      kernel.ID    `json:"id,omitempty" doc:"Of the import, for undoing it"`
	Rows    int          `json:"rows"`
	Added   int          `json:"added"`
	Changed int          `json:"changed"`
	Same    int          `json:"same"`
	OK      bool         `json:"ok"`
	Faults  []SheetFault `json:"faults"`
}

// SheetImport is a file that was brought in.
type SheetImport struct {
	ID       kernel.ID  `json:"id"`
	Sheet    string     `json:"sheet"`
	Title    string     `json:"title"`
	File     string     `json:"file"`
	At       time.Time  `json:"at"`
	Own      bool       `json:"own" doc:"By the reader"`
	Added    int        `json:"added"`
	Changed  int        `json:"changed"`
	Same     int        `json:"same"`
	UndoneAt *time.Time `json:"undone_at,omitempty"`
	Undoable bool       `json:"undoable"`
	Left     int        `json:"left" doc:"Rows that undoing left as they are"`
	// LeftRows are told once, in the answer to undoing.
	LeftRows []SheetLeft `json:"left_rows,omitempty" doc:"Which rows were left, in the answer to undoing"`
}

// SheetLeft is a row that undoing left as it is.
type SheetLeft struct {
	Row  int    `json:"row" doc:"Of the file"`
	Name string `json:"name" doc:"What the row is about"`
	Say  string `json:"say" doc:"Why it was left"`
}

// UndoSheet says how to undo.
type UndoSheet struct {
	Leave bool `json:"leave,omitempty" doc:"Leave the rows that changed since as they are, and put back the others"`
}

type undoSheetIn struct {
	ID      kernel.ID `path:"id"`
	Key     string    `header:"Idempotency-Key"`
	Body    UndoSheet
	RawBody []byte
}

// SheetImports is one keyset page of imports, newest first.
type SheetImports struct {
	Items []SheetImport `json:"items"`
	Next  string        `json:"next,omitempty"`
}

func (s *Server) sheetRoutes(api huma.API) {
	handle(s, api, op{method: "GET", path: "/sheets", signed: true, sum: "Registers that can be taken out or brought in as Excel files", errors: []int{401}}, s.sheetList)
	handle(s, api, op{method: "GET", path: "/imports", signed: true, sum: "Files that were brought in, newest first", errors: []int{401}}, s.sheetImports)
	handle(s, api, op{method: "POST", path: "/imports/{id}/undo", signed: true, sum: "Put back exactly what an import added or changed; what changed since is named, or left with leave", errors: []int{401, 403, 404, 409}}, s.sheetUndo)
	reg := api.OpenAPI().Components.Schemas
	id := &huma.Param{Name: "id", In: "path", Required: true, Description: "The sheet's key", Schema: &huma.Schema{Type: huma.TypeString}}
	problem := func(say string) *huma.Response {
		return &huma.Response{Description: say, Content: map[string]*huma.MediaType{"application/problem+json": {Schema: reg.Schema(typeOf[Problem](), true, "Problem")}}}
	}
	book := &huma.Response{Description: "A workbook", Content: map[string]*huma.MediaType{xlsxType: {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}}}
	security := []map[string][]string{{"token": {}}, {"session": {}}}
	api.OpenAPI().AddOperation(&huma.Operation{Method: "GET", Path: "/sheets/{id}/template.xlsx", OperationID: "get-sheets-id-template-xlsx", Summary: "An empty sheet with drop-downs", Security: security,
		Description: "For whoever may take the sheet out or bring it in.", Parameters: []*huma.Param{id}, Responses: map[string]*huma.Response{"200": book, "401": problem("Not signed in"), "404": problem("No such sheet")}})
	api.OpenAPI().AddOperation(&huma.Operation{Method: "GET", Path: "/sheets/{id}/export.xlsx", OperationID: "get-sheets-id-export-xlsx", Summary: "The rows that the reader may take out, in a file that can be brought in again", Security: security,
		Description: "Personal cells are masked. With `reason` they are in clear where the reader may change the row; that is put into the ledger.",
		Parameters:  []*huma.Param{id, {Name: "reason", In: "query", Description: "Why personal cells are needed in clear", Schema: &huma.Schema{Type: huma.TypeString}}},
		Responses:   map[string]*huma.Response{"200": book, "401": problem("Not signed in"), "403": problem("Not allowed"), "404": problem("No such sheet")}})
	api.OpenAPI().AddOperation(&huma.Operation{Method: "POST", Path: "/sheets/{id}/import", OperationID: "post-sheets-id-import", Summary: "Bring rows in from a file, all or none", Security: security,
		Description: "multipart/form-data with one file. With `dry=1` nothing is written and faults are told; `as=xlsx` gives the file back with the wrong cells marked.",
		Parameters: []*huma.Param{id, {Name: "dry", In: "query", Schema: &huma.Schema{Type: huma.TypeString}}, {Name: "as", In: "query", Schema: &huma.Schema{Type: huma.TypeString}},
			{Name: "stream", In: "query", Description: "Tell how far it is, in lines of JSON {done, rows}; the last has outcome or problem", Schema: &huma.Schema{Type: huma.TypeString}},
			{Name: "Idempotency-Key", In: "header", Schema: &huma.Schema{Type: huma.TypeString}}},
		RequestBody: &huma.RequestBody{Content: map[string]*huma.MediaType{"multipart/form-data": {Schema: &huma.Schema{Type: huma.TypeObject, Properties: map[string]*huma.Schema{"file": {Type: huma.TypeString, Format: "binary"}}}}}},
		Responses: map[string]*huma.Response{"200": {Description: "What was done, or would be", Content: map[string]*huma.MediaType{"application/json": {Schema: reg.Schema(typeOf[SheetOutcome](), true, "SheetOutcome")}}},
			"401": problem("Not signed in"), "403": problem("Not allowed"), "404": problem("No such sheet"), "409": problem("Somebody was first"), "413": problem("Too large"), "422": problem("Faults, each by row and column")}})
}

const xlsxType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

func (s *Server) sheetList(ctx context.Context, _ *struct{}) (*body[SheetList], error) {
	actor, lang := CallerOf(ctx).Actor, LangOf(ctx)
	out := &body[SheetList]{SheetList{Items: []SheetInfo{}}}
	for _, k := range s.Sheets.Kinds(actor) {
		out.Body.Items = append(out.Body.Items, SheetInfo{Key: k.Key, Title: k.Title.In(lang), About: k.About.In(lang), Group: k.Group.In(lang), MayExport: k.MayExport(actor),
			MayImport: k.MayImport(actor), Personal: k.Personal})
	}
	return out, nil
}

func (s *Server) sheetImports(ctx context.Context, in *PageQuery) (*body[SheetImports], error) {
	actor, lang := CallerOf(ctx).Actor, LangOf(ctx)
	out := &body[SheetImports]{SheetImports{Items: []SheetImport{}}}
	titles := map[string]string{}
	var keys []string
	for _, k := range s.Sheets.Kinds(actor) {
		if k.MayImport(actor) {
			keys, titles[k.Key] = append(keys, k.Key), k.Title.In(lang)
		}
	}
	return out, s.Sheets.View(ctx, actor.Tenant, func(tx kernel.Tx) error {
		l, next, err := s.Sheets.Repo.Imports(tx, keys, in.page())
		for _, x := range l {
			row := importRow(x, titles[x.Sheet], actor, tx.Now())
			out.Body.Items = append(out.Body.Items, row)
		}
		out.Body.Next = next
		return err
	})
}

func importRow(x *sheets.Import, title string, actor kernel.Actor, now time.Time) SheetImport {
	row := SheetImport{ID: x.ID, Sheet: x.Sheet, Title: title, File: x.File, At: x.At, Own: x.By == actor.Ref(), Added: x.Added, Changed: x.Changed, Same: x.Same, Undoable: x.Undoable(now), Left: x.Left}
	if !x.UndoneAt.IsZero() {
		row.UndoneAt = &x.UndoneAt
	}
	return row
}

func (s *Server) sheetUndo(ctx context.Context, in *undoSheetIn) (*body[SheetImport], error) {
	actor, lang := CallerOf(ctx).Actor, LangOf(ctx)
	left := map[int]kernel.Text{}
	for {
		out, err := once(ctx, s, in.Key, "POST /imports/"+string(in.ID)+"/undo", in.RawBody, func(tx kernel.Tx) (*SheetImport, error) {
			x, left, err := s.Sheets.Undo(tx, actor, in.ID, in.Body.Leave, left)
			if err != nil {
				return nil, err
			}
			k, err := s.Sheets.Kind(actor, x.Sheet)
			if err != nil {
				return nil, err
			}
			row := importRow(x, k.Title.In(lang), actor, tx.Now())
			for _, l := range left {
				row.LeftRows = append(row.LeftRows, SheetLeft{l.Row, l.Name.In(lang), l.Say.In(lang)})
			}
			return &row, nil
		})
		var stuck *sheets.StuckError
		switch {
		case err == nil:
			s.sheetsChanged(actor.Tenant)
			return out, nil
		case !errors.As(err, &stuck):
			return out, err
		case len(left) == mostStuck || !left[stuck.Row].IsZero():
			return nil, kernel.Conflict(kernel.T("很多行都撤不掉，请逐条更正", "many rows cannot be undone; correct them one by one"))
		}
		left[stuck.Row] = stuck.Say // the next try leaves it, or names it
	}
}

// mostStuck is how many rows may turn out not to go back while an import is undone.
const mostStuck = 20

// sheetsChanged makes this process read anew what a file may have changed: posts and the district's setup.
func (s *Server) sheetsChanged(t kernel.Tenant) {
	if s.Renew != nil {
		s.Renew(t)
	}
}

func sendBook(w http.ResponseWriter, name string, data []byte) {
	h := w.Header()
	h.Set("Content-Type", xlsxType)
	h.Set("Cache-Control", "private, no-store")
	h.Set("Content-Disposition", "attachment; filename=\"sheet.xlsx\"; filename*=UTF-8''"+url.PathEscape(name))
	h.Set("Content-Length", fmt.Sprint(len(data)))
	_, _ = w.Write(data) // the client is gone when this fails
}

func (s *Server) sheetTemplate(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	actor, lang := CallerOf(ctx).Actor, LangOf(ctx)
	k, err := s.Sheets.Kind(actor, r.PathValue("id"))
	var data []byte
	if err == nil {
		err = s.Sheets.View(ctx, actor.Tenant, func(tx kernel.Tx) (err error) {
			data, err = s.Sheets.Template(tx, actor, k.Key, lang)
			return err
		})
	}
	if err != nil {
		Fail(w, r, err)
		return
	}
	sendBook(w, sheets.FileName(k, lang, s.Clock.Now()), data)
}

func (s *Server) sheetExport(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	actor, lang, reason := CallerOf(ctx).Actor, LangOf(ctx), r.URL.Query().Get("reason")
	k, err := s.Sheets.Kind(actor, r.PathValue("id"))
	var data []byte
	if err == nil {
		run := s.Sheets.View
		if reason != "" { // the look is put into the ledger
			run = s.Store.Update
		}
		err = run(ctx, actor.Tenant, func(tx kernel.Tx) (err error) {
			data, err = s.Sheets.Export(tx, actor, k.Key, reason, lang)
			return err
		})
	}
	if err != nil {
		Fail(w, r, err)
		return
	}
	sendBook(w, sheets.FileName(k, lang, s.Clock.Now()), data)
}

// sentSheet is a file as it was sent.
type sentSheet struct {
	name string
	raw  []byte
	file *sheets.File
}

func (s *Server) receiveSheet(w http.ResponseWriter, r *http.Request) (*sentSheet, error) {
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(2 * time.Minute))
	r.Body = http.MaxBytesReader(w, r.Body, sheets.MostBytes+(64<<10))
	mr, err := r.MultipartReader()
	if err != nil {
		return nil, kernel.Malformed("file", kernel.T("请用表单方式上传一个 .xlsx 文件", "send the .xlsx file as a multipart form"))
	}
	for {
		part, err := mr.NextPart()
		if errors.Is(err, io.EOF) {
			return nil, kernel.Invalid("file", kernel.T("没有收到文件，请选一个", "no file was sent; choose one"))
		}
		if err != nil {
			return nil, sheetError(err)
		}
		if part.FileName() == "" {
			continue
		}
		var b bytes.Buffer
		if _, err := io.Copy(&b, io.LimitReader(part, sheets.MostBytes+1)); err != nil {
			return nil, sheetError(err)
		}
		f, err := sheets.ReadFile(b.Bytes())
		if err != nil {
			return nil, err
		}
		return &sentSheet{part.FileName(), b.Bytes(), f}, nil
	}
}

func sheetError(err error) error {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return kernel.TooLarge("file", kernel.T("文件太大了，最大 8 MB", "the file is too large; 8 MB at most"), err)
	}
	return &kernel.Error{Kind: kernel.KindMalformed, Field: "file", Cause: err, Say: kernel.T("文件没有传完整，请再传一次", "the file did not arrive whole; send it again")}
}

func (s *Server) sheetImport(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	k, err := s.Sheets.Kind(CallerOf(ctx).Actor, r.PathValue("id"))
	if err != nil {
		Fail(w, r, err)
		return
	}
	sent, err := s.receiveSheet(w, r)
	if err != nil {
		Fail(w, r, err)
		return
	}
	// Ten thousand rows may take longer than other requests on a small machine, and go on when the page is closed.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), mostBringing)
	defer cancel()
	r = r.WithContext(ctx)
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(mostBringing + 10*time.Second))
	if r.URL.Query().Get("as") == "xlsx" {
		s.sendMarked(w, r, k, sent)
		return
	}
	run := func(tell sheets.Tell) (*SheetOutcome, error) { return s.bringSheet(r, k, sent, tell) }
	if r.URL.Query().Get("dry") != "" {
		run = func(tell sheets.Tell) (*SheetOutcome, error) { return s.trySheet(ctx, k, sent, tell) }
	}
	if r.URL.Query().Get("stream") != "" {
		s.streamSheet(w, r, int64(len(sent.file.Rows)), run)
		return
	}
	out, err := run(sheets.Tell{})
	if err != nil {
		Fail(w, r, err)
		return
	}
	sendJSON(w, out)
}

func (s *Server) bringSheet(r *http.Request, k *sheets.Kind, sent *sentSheet, tell sheets.Tell) (*SheetOutcome, error) {
	ctx := r.Context()
	actor, lang := CallerOf(ctx).Actor, LangOf(ctx)
	sum := sha256.Sum256(sent.raw)
	out, err := once(ctx, s, r.Header.Get("Idempotency-Key"), "POST /sheets/"+k.Key+"/import", sum[:], func(tx kernel.Tx) (*SheetOutcome, error) {
		o, err := s.Sheets.Import(tx, actor, k.Key, sent.name, sent.file, tell)
		if err != nil {
			return nil, err
		}
		if len(o.Faults) > 0 {
			return nil, faultsOf(o.Faults)
		}
		done := outcome(o, nil, lang)
		return &done, nil
	})
	if err != nil {
		return nil, err
	}
	s.sheetsChanged(actor.Tenant)
	return &out.Body, nil
}

// mostBringing is how long a file may take.
const mostBringing = 3 * time.Minute

// sheetStep is one line of an answer that is told as it goes: how many rows are done, and at last what came of it.
type sheetStep struct {
	Done    int64         `json:"done"`
	Rows    int64         `json:"rows"`
	Outcome *SheetOutcome `json:"outcome,omitempty"`
	Problem *Problem      `json:"problem,omitempty"`
}

// streamSheet tells how far a file is, a line for each look. What writes the rows waits for nobody: it counts, and the lines are sent beside it.
func (s *Server) streamSheet(w http.ResponseWriter, r *http.Request, rows int64, run func(sheets.Tell) (*SheetOutcome, error)) {
	var done atomic.Int64
	last := make(chan sheetStep, 1)
	go func() {
		defer func() {
			if p := recover(); p != nil { // this is not the goroutine that the server watches
				last <- sheetStep{Rows: rows, Problem: ProblemOf(r.Context(), fmt.Errorf("sheet: %v", p))}
			}
		}()
		out, err := run(sheets.Tell{Done: func(n int) { done.Store(int64(n)) }})
		step := sheetStep{Done: rows, Rows: rows, Outcome: out}
		if err != nil {
			step.Problem = ProblemOf(r.Context(), err)
		}
		last <- step
	}()
	w.Header().Set("Content-Type", "application/x-ndjson")
	w.Header().Set("Cache-Control", "private, no-store")
	w.Header().Set("X-Accel-Buffering", "no")
	lines, flush := json.NewEncoder(w), http.NewResponseController(w)
	look := time.NewTicker(250 * time.Millisecond)
	defer look.Stop()
	for {
		select {
		case <-look.C:
			_ = lines.Encode(sheetStep{Done: done.Load(), Rows: rows}) //nolint:errchkjson // the client is gone when this fails
			_ = flush.Flush()
		case step := <-last:
			_ = lines.Encode(step) //nolint:errchkjson // the client is gone when this fails
			return
		}
	}
}

func sendJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "private, no-store")
	_ = json.NewEncoder(w).Encode(v) //nolint:errchkjson // the client is gone when this fails
}

var errTried = errors.New("tried only")

// trySheet does everything and gives it up again, so that what it tells is what an import would meet.
func (s *Server) trySheet(ctx context.Context, k *sheets.Kind, sent *sentSheet, tell sheets.Tell) (*SheetOutcome, error) {
	o, opened, err := s.tried(ctx, k, sent, tell)
	if err != nil {
		return nil, err
	}
	out := outcome(o, opened.Sheet, LangOf(ctx))
	out.ID = ""
	return &out, nil
}

func (s *Server) tried(ctx context.Context, k *sheets.Kind, sent *sentSheet, tell sheets.Tell) (o *sheets.Outcome, opened *sheets.Opened, err error) {
	actor := CallerOf(ctx).Actor
	err = s.Store.Update(ctx, actor.Tenant, func(tx kernel.Tx) (err error) {
		if o, err = s.Sheets.Import(tx, actor, k.Key, sent.name, sent.file, tell); err != nil {
			return err
		}
		return errTried
	})
	if err != nil && !errors.Is(err, errTried) {
		return nil, nil, err
	}
	err = s.Sheets.View(ctx, actor.Tenant, func(tx kernel.Tx) (err error) {
		opened, err = s.Sheets.Open(tx, actor, k)
		return err
	})
	return o, opened, err
}

// sendMarked gives a file back with what is wrong marked.
func (s *Server) sendMarked(w http.ResponseWriter, r *http.Request, k *sheets.Kind, sent *sentSheet) {
	lang := LangOf(r.Context())
	o, opened, err := s.tried(r.Context(), k, sent, sheets.Tell{})
	var data []byte
	if err == nil {
		data, err = sheets.Marked(opened.Sheet, sent.file, o.Faults, lang)
	}
	if err != nil {
		Fail(w, r, err)
		return
	}
	sendBook(w, sheets.FileName(k, lang, s.Clock.Now()), data)
}

func outcome(o *sheets.Outcome, sheet *kernel.Sheet, lang kernel.Lang) SheetOutcome {
	out := SheetOutcome{ID: o.ID, Rows: o.Rows, Added: o.Added, Changed: o.Changed, Same: o.Same, OK: len(o.Faults) == 0, Faults: []SheetFault{}}
	for _, f := range o.Faults {
		x := SheetFault{Row: f.Row, Column: f.Column, Say: f.Say.In(lang)}
		if sheet != nil {
			if c := sheet.Column(f.Column); c != nil {
				x.Name = c.Name.In(lang)
			}
		}
		out.Faults = append(out.Faults, x)
	}
	return out
}

// faultsOf makes one error of all faults, each by row and column.
func faultsOf(l []sheets.Fault) error {
	field := func(f sheets.Fault) string {
		if f.Column == "" {
			return fmt.Sprintf("rows[%d]", f.Row)
		}
		return fmt.Sprintf("rows[%d].%s", f.Row, f.Column)
	}
	e := &kernel.Error{Kind: kernel.KindInvalid, Field: field(l[0]), Say: l[0].Say}
	for _, f := range l[1:] {
		e.More = append(e.More, kernel.Error{Kind: kernel.KindInvalid, Field: field(f), Say: f.Say})
	}
	return e
}
