package api

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/csv"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"sanzhi/internal/access"
	"sanzhi/internal/cases"
	"sanzhi/internal/kernel"
	"sanzhi/internal/ledger"
)

// AuditPerson is somebody whose acts may be looked for; the name is masked.
type AuditPerson struct {
	ID    kernel.ID `json:"id"`
	User  string    `json:"user"`
	Name  string    `json:"name" doc:"Masked"`
	Actor string    `json:"actor" example:"account:01GZ03JSM0VNBXZ4X8JQ4A6Q5V" doc:"As the rows name it"`
}

// AuditPeople are accounts by user name.
type AuditPeople struct {
	Items []AuditPerson `json:"items"`
	Next  string        `json:"next,omitempty"`
}

// AuditAct is an act that the ledger may name.
type AuditAct struct {
	Act   string `json:"act" example:"submit"`
	Title string `json:"title"`
}

// AuditActs are the acts that have a title.
type AuditActs struct {
	Items []AuditAct `json:"items"`
}

// AuditLedger tells how far the ledger is sealed and what was signed last.
type AuditLedger struct {
	Sealed     int64            `json:"sealed" doc:"Rows with a place in the Merkle tree"`
	Waiting    int              `json:"waiting" doc:"Rows that wait to be sealed, at most 1000 are counted"`
	Oldest     *time.Time       `json:"oldest,omitempty" doc:"Since when the first of them waits"`
	Checkpoint *AuditCheckpoint `json:"checkpoint,omitempty" doc:"Missing before the first"`
	Public     string           `json:"public,omitempty" doc:"The public key that the checkpoint bears the signature of"`
}

// AuditCheckpoint is the last signed checkpoint.
type AuditCheckpoint struct {
	Size   int64     `json:"size"`
	At     time.Time `json:"at"`
	Root   string    `json:"root" doc:"Of the tree, in base64"`
	Signed bool      `json:"signed" doc:"Whether the signature holds under the present key, looked at just now"`
	Note   string    `json:"note" doc:"The signed text"`
}

// AuditExport is a copy of the ledger that somebody took; that it was taken stands in the ledger itself.
type AuditExport struct {
	ID   kernel.ID `json:"id" doc:"The ledger row that says it was taken"`
	Rows int       `json:"rows"`
	More bool      `json:"more,omitempty" doc:"There are more rows than one file holds: choose a shorter time"`
}

// AuditFilter chooses rows of the ledger.
type AuditFilter struct {
	Object kernel.ID `json:"object,omitempty" maxLength:"26"`
	Actor  string    `json:"actor,omitempty" maxLength:"60"`
	Act    string    `json:"act,omitempty" maxLength:"40"`
	From   string    `json:"from,omitempty" format:"date"`
	To     string    `json:"to,omitempty" format:"date"`
}

type auditPeopleIn struct {
	Q     string `query:"q" maxLength:"80" doc:"What the user name begins with"`
	After string `query:"after" maxLength:"80"`
	Limit int    `query:"limit" minimum:"1" maximum:"200" default:"20"`
}

type newExportIn struct {
	Key     string `header:"Idempotency-Key"`
	RawBody []byte
	Body    AuditFilter
}

// exportMost is how many rows one file holds.
const exportMost = 20_000

func (s *Server) auditRoutes(api huma.API) {
	handle(s, api, op{method: "GET", path: "/audit/people", perm: access.AuditRead, sum: "Accounts whose acts may be looked for, by user name", errors: []int{401, 403}}, s.auditPeople)
	handle(s, api, op{method: "GET", path: "/audit/acts", perm: access.AuditRead, sum: "The acts that may be looked for", errors: []int{401, 403}}, s.auditActs)
	handle(s, api, op{method: "GET", path: "/audit/ledger", perm: access.AuditRead, sum: "How far the ledger is sealed, and the last signed checkpoint", errors: []int{401, 403}}, s.auditLedger)
	handle(s, api, op{method: "POST", path: "/audit/exports", perm: access.AuditRead, sum: "Take a copy of rows: that it was taken stands in the ledger", status: http.StatusCreated, errors: []int{401, 403}}, s.takeAudit)
	handle(s, api, op{method: "GET", path: "/audit/exports/{id}", perm: access.AuditRead, sum: "The file of a copy that you took, as CSV", errors: []int{401, 403, 404}}, s.auditFile)
}

func (s *Server) auditPeople(ctx context.Context, in *auditPeopleIn) (*body[AuditPeople], error) {
	a, err := s.whole(ctx, access.AuditRead)
	if err != nil {
		return nil, err
	}
	page := kernel.Page{After: in.After, Limit: in.Limit}.Clamp(20, 200)
	out := &body[AuditPeople]{AuditPeople{Items: []AuditPerson{}}}
	err = s.Store.View(ctx, a.Tenant, func(tx kernel.Tx) error {
		l, next, err := s.accountsLike(tx, in.Q, page)
		for _, x := range l {
			out.Body.Items = append(out.Body.Items, AuditPerson{ID: x.ID, User: x.User, Name: x.NameMasked, Actor: accountPrefix + string(x.ID)})
		}
		out.Body.Next = next
		return err
	})
	return out, err
}

const accountPrefix = "account:"

func (s *Server) auditActs(ctx context.Context, _ *struct{}) (*body[AuditActs], error) {
	a, err := s.whole(ctx, access.AuditRead)
	if err != nil {
		return nil, err
	}
	set, err := s.Cases.Setups.Of(ctx, a.Tenant)
	if err != nil {
		return nil, err
	}
	lang, out := LangOf(ctx), &body[AuditActs]{AuditActs{Items: []AuditAct{}}}
	for act, title := range actTitles(set) {
		out.Body.Items = append(out.Body.Items, AuditAct{Act: act, Title: title.In(lang)})
	}
	slices.SortFunc(out.Body.Items, func(a, b AuditAct) int { return strings.Compare(a.Act, b.Act) })
	return out, nil
}

// actTitles are the titles of the program's own acts and of the actions of all flows in force; one that several flows have is
// called as the first calls it.
func actTitles(set *cases.Setup) map[string]kernel.Text {
	out := map[string]kernel.Text{}
	for _, id := range set.FlowIDs() {
		c, err := set.Flow(id, 0)
		if err != nil {
			continue
		}
		for _, x := range c.Flow.Actions {
			if _, ok := out[x.ID]; !ok {
				out[x.ID] = x.Title
			}
		}
	}
	for act, title := range actNames {
		out[act] = title
	}
	return out
}

// auditWords say a row: who did it, and what the act is called.
type auditWords struct {
	lang   kernel.Lang
	titles map[string]kernel.Text
	people map[kernel.ID]access.Account
}

// wordsFor reads whose acts the rows are.
func (s *Server) wordsFor(ctx context.Context, tx kernel.Tx, l []*ledger.Row) (*auditWords, error) {
	set, err := s.Cases.Setups.Of(ctx, tx.Tenant())
	if err != nil {
		return nil, err
	}
	w := &auditWords{lang: LangOf(ctx), titles: actTitles(set)}
	var ids []kernel.ID
	for _, r := range l {
		if id, ok := strings.CutPrefix(r.Actor, accountPrefix); ok && !slices.Contains(ids, kernel.ID(id)) {
			ids = append(ids, kernel.ID(id))
		}
		if by := byOf(r); by != "" && !slices.Contains(ids, by) {
			ids = append(ids, by)
		}
	}
	w.people, err = s.Admin.People.AccountsByID(tx, ids)
	return w, err
}

// byOf gives the account that did something to another's access: the row's actor does not tell it, its public part does.
func byOf(r *ledger.Row) kernel.ID {
	var p struct {
		By string `json:"by"`
	}
	if json.Unmarshal([]byte(r.Public), &p) != nil {
		return ""
	}
	id, ok := strings.CutPrefix(p.By, accountPrefix)
	if !ok {
		return ""
	}
	return kernel.ID(id)
}

var actorNames = map[string]kernel.Text{"system": kernel.T("程序自己", "the program"), "anonymous": kernel.T("没有登录的人", "somebody without an account"),
	"requester": kernel.T("提出这件事的人", "who asked for it")}

func (w *auditWords) who(r *ledger.Row) string {
	for _, id := range []kernel.ID{byOf(r), kernel.ID(strings.TrimPrefix(r.Actor, accountPrefix))} {
		if a, ok := w.people[id]; ok {
			return a.NameMasked + " " + a.User
		}
	}
	kind, _, _ := strings.Cut(r.Actor, ":")
	if n, ok := actorNames[kind]; ok {
		return n.In(w.lang)
	}
	return r.Actor
}

func (w *auditWords) row(r *ledger.Row) AuditRow {
	title := w.titles[r.Act].In(w.lang)
	if title == "" {
		title = r.Act
	}
	return AuditRow{ID: r.ID, At: r.At, Actor: r.Actor, Who: w.who(r), Act: r.Act, Title: title, Object: r.Object, Version: r.Version, Public: json.RawMessage(r.Public), Digest: r.Digest, Seq: r.Seq}
}

func (s *Server) auditLedger(ctx context.Context, _ *struct{}) (*body[AuditLedger], error) {
	a, err := s.whole(ctx, access.AuditRead)
	if err != nil {
		return nil, err
	}
	out := &AuditLedger{}
	verifier, public := s.verifier()
	out.Public = public
	err = s.Store.View(ctx, a.Tenant, func(tx kernel.Tx) error {
		var err error
		if out.Sealed, err = s.Admin.Ledger.Size(tx); err != nil {
			return err
		}
		n, oldest, err := s.Admin.Ledger.Pending(tx, 1000)
		if err != nil {
			return err
		}
		if out.Waiting = n; oldest != "" {
			row, err := s.Admin.Ledger.Row(tx, oldest)
			if err != nil {
				return err
			}
			out.Oldest = given(row.At)
		}
		m, err := s.Admin.Ledger.LastMark(tx)
		if err != nil || m == nil {
			return err
		}
		out.Checkpoint = &AuditCheckpoint{Size: m.Size, At: m.At, Note: m.Note}
		if verifier != nil {
			if c, err := ledger.OpenCheckpoint(m.Note, verifier.Notes); err == nil && c.Size == m.Size && c.Tenant == a.Tenant {
				out.Checkpoint.Signed, out.Checkpoint.Root = true, c.Root.String()
			}
		}
		return nil
	})
	return &body[AuditLedger]{*out}, err
}

// verifier checks what this installation signs, and gives the public key; nil when it signs nothing.
func (s *Server) verifier() (*ledger.Verifier, string) {
	if len(s.SignKey) != ed25519.PrivateKeySize {
		return nil, ""
	}
	key, _ := s.SignKey.Public().(ed25519.PublicKey) // documented to be one
	text, err := ledger.PublicKey(key)
	if err != nil {
		return nil, ""
	}
	v, err := ledger.ParsePublicKey(text)
	if err != nil {
		return nil, ""
	}
	return v, text
}

// times reads the days of a filter.
func (f AuditFilter) times() (from, to time.Time, err error) {
	if from, err = day("from", f.From, 0); err != nil {
		return from, to, err
	}
	to, err = day("to", f.To, 1)
	return from, to, err
}

// justAfter makes of an id what stands just after it in the order of text.
const justAfter = "~"

// audited gives up to most rows of a filter that stand before a cursor, the newest first, and whether there are more.
func (s *Server) audited(tx kernel.Tx, f AuditFilter, before string, most int) (out []*ledger.Row, more bool, err error) {
	from, to, err := f.times()
	if err != nil {
		return nil, false, err
	}
	for after := before; ; {
		l, next, err := s.Desk.Audit(tx, f.Object, f.Actor, f.Act, from, to, kernel.Page{After: after, Limit: min(1000, most-len(out))})
		out = append(out, l...)
		if err != nil || next == "" || len(out) >= most {
			return out, next != "", err
		}
		after = next
	}
}

func (s *Server) takeAudit(ctx context.Context, in *newExportIn) (*body[AuditExport], error) {
	a, err := s.whole(ctx, access.AuditRead)
	if err != nil {
		return nil, err
	}
	return once(ctx, s, in.Key, "POST /audit/exports", in.RawBody, func(tx kernel.Tx) (*AuditExport, error) {
		l, more, err := s.audited(tx, in.Body, "", exportMost)
		if err != nil {
			return nil, err
		}
		first := kernel.ID("")
		if len(l) > 0 {
			first = l[0].ID
		}
		row, err := s.Cases.Ledger.Append(tx, ledger.Entry{Actor: a, Act: "audit_exported", Object: kernel.ID(tx.Tenant()),
			Public: map[string]any{"by": a.Ref(), "rows": len(l), "first": string(first), "filter": plainJSON(in.Body)}})
		if err != nil {
			return nil, err
		}
		return &AuditExport{ID: row.ID, Rows: len(l), More: more}, nil
	})
}

var noExport = kernel.T("没有这份导出，或者不是您导出的", "there is no such copy, or it is not yours")

// auditFile makes the file of a copy: from its first row on, by the filter that the ledger wrote down.
func (s *Server) auditFile(ctx context.Context, in *idIn) (*fileOut, error) {
	a, err := s.whole(ctx, access.AuditRead)
	if err != nil {
		return nil, err
	}
	var buf bytes.Buffer
	err = s.Store.View(ctx, a.Tenant, func(tx kernel.Tx) error {
		taken, err := s.Admin.Ledger.Row(tx, in.ID)
		if kernel.Is(err, kernel.KindNotFound) || err == nil && (taken.Act != "audit_exported" || taken.Actor != a.Ref()) {
			return kernel.NotFound(noExport)
		}
		if err != nil {
			return err
		}
		var public struct {
			Filter AuditFilter `json:"filter"`
			Rows   int         `json:"rows"`
			First  string      `json:"first"`
		}
		if err := json.Unmarshal([]byte(taken.Public), &public); err != nil {
			return kernel.Internal("audit export", err)
		}
		var l []*ledger.Row
		if public.Rows > 0 {
			if l, _, err = s.audited(tx, public.Filter, public.First+justAfter, public.Rows); err != nil {
				return err
			}
		}
		w, err := s.wordsFor(ctx, tx, l)
		if err != nil {
			return err
		}
		return w.csv(&buf, l)
	})
	return &fileOut{Type: "text/csv; charset=utf-8", Disposition: `attachment; filename="audit-` + string(in.ID) + `.csv"`, Body: buf.Bytes()}, err
}

// csv writes rows as Excel opens them. A cell that a sheet would take for a formula is kept a text.
func (w *auditWords) csv(buf *bytes.Buffer, l []*ledger.Row) error {
	buf.WriteString("\ufeff")
	c := csv.NewWriter(buf)
	lines := [][]string{{"seq", "id", "at", "actor", "who", "act", "title", "object", "version", "public", "digest"}}
	for _, r := range l {
		x := w.row(r)
		lines = append(lines, []string{strconv.FormatInt(x.Seq, 10), string(x.ID), x.At.In(kernel.Shanghai).Format(time.RFC3339), x.Actor, x.Who, x.Act, x.Title, string(x.Object),
			strconv.Itoa(x.Version), string(x.Public), x.Digest})
	}
	for _, line := range lines {
		for i, cell := range line {
			if cell != "" && strings.ContainsRune("=+-@\t", rune(cell[0])) && cell != "-1" {
				line[i] = "'" + cell
			}
		}
	}
	return c.WriteAll(lines)
}
