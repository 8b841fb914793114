package store

import (
	"database/sql"
	"fmt"
	"strings"
	"time"

	"sanzhi/internal/access"
	"sanzhi/internal/kernel"
	"sanzhi/internal/works"
)

// Works keeps projects, their bills, photos and cases, and programmes.
type Works struct{}

var (
	_ works.Repo          = Works{}
	_ works.ProgrammeRepo = Works{}
	_ works.LinkRepo      = Works{}
)

const projectCols = `id, kind, name, place, path, lon, lat, host, programme, state, published, version, created_at, updated_at, body`

var (
	noWork        = kernel.T("没有这个工程，或者您看不到它", "there is no such work, or you may not see it")
	sayWorkNamed  = kernel.T("已经有同名的工程，请换一个名称，或打开那一个", "there is a work of this name already; choose another, or open that one")
	workCols      = access.Columns{Tenant: "p.tenant", Path: "p.path"}
	noProgramme   = kernel.T("没有这个计划", "there is no such programme")
	sayPhotoTwice = kernel.T("这张照片已经用过", "this photo is used already")
)

// workUnique turns a broken unique key into a conflict with say.
func workUnique(k kernel.Tx, err error, say kernel.Text) error {
	if err != nil && on(k).db.Engine.IsUnique(err) {
		return &kernel.Error{Kind: kernel.KindConflict, Say: say, Cause: err}
	}
	return err
}

// workLike gives the pattern of a part of a text.
func workLike(s string) string {
	return "%" + workEscape(s) + "%"
}

// workEscape takes their meaning from the signs of a pattern.
func workEscape(s string) string {
	return strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(s)
}

// InsertProject implements works.Repo.
func (Works) InsertProject(k kernel.Tx, p *works.Project) error {
	_, err := on(k).Exec("INSERT INTO work_project (tenant, "+projectCols+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
		string(on(k).tenant), string(p.ID), string(p.Kind), p.Name, string(p.Place), string(p.Path), p.Lon, p.Lat, string(p.Host), string(p.Programme),
		string(p.State), flag(p.Published), p.Version, ms(p.Created), ms(p.Updated), text(p.Body))
	return workUnique(k, err, sayWorkNamed)
}

// UpdateProject implements works.Repo.
func (Works) UpdateProject(k kernel.Tx, p *works.Project, was int) (bool, error) {
	ok, err := one(k, `UPDATE work_project SET kind = $1, name = $2, place = $3, path = $4, lon = $5, lat = $6, host = $7, programme = $8, state = $9,
		published = $10, version = $11, updated_at = $12, body = $13 WHERE tenant = $14 AND id = $15 AND version = $16`,
		string(p.Kind), p.Name, string(p.Place), string(p.Path), p.Lon, p.Lat, string(p.Host), string(p.Programme), string(p.State),
		flag(p.Published), p.Version, ms(p.Updated), text(p.Body), string(on(k).tenant), string(p.ID), was)
	return ok, workUnique(k, err, sayWorkNamed)
}

func scanWork(r scanner) (*works.Project, error) {
	p := &works.Project{}
	var created, updated int64
	var body string
	if err := r.Scan(&p.ID, &p.Kind, &p.Name, &p.Place, &p.Path, &p.Lon, &p.Lat, &p.Host, &p.Programme, &p.State, &p.Published, &p.Version,
		&created, &updated, &body); err != nil {
		return nil, err
	}
	p.Created, p.Updated = at(created), at(updated)
	if err := parse(body, &p.Body); err != nil {
		return nil, fmt.Errorf("work %s: %w", p.ID, err)
	}
	return p, nil
}

// Project implements works.Repo.
func (Works) Project(k kernel.Tx, id kernel.ID) (*works.Project, error) {
	p, err := scanWork(on(k).QueryRow("SELECT "+projectCols+" FROM work_project WHERE tenant = $1 AND id = $2", string(on(k).tenant), string(id)))
	return p, notFound(err, noWork)
}

// ProjectNamed implements works.Repo.
func (Works) ProjectNamed(k kernel.Tx, name string) (*works.Project, error) {
	p, err := scanWork(on(k).QueryRow("SELECT "+projectCols+" FROM work_project WHERE tenant = $1 AND name = $2", string(on(k).tenant), name))
	if kernel.Is(notFound(err, noWork), kernel.KindNotFound) {
		return nil, nil
	}
	return p, err
}

// workFilter turns a query into conditions on work_project p.
func workFilter(k kernel.Tx, q works.Query) *filter {
	f := &filter{}
	f.and("p.tenant = ?", string(on(k).tenant))
	for _, eq := range []struct{ col, v string }{{"kind", string(q.Kind)}, {"state", string(q.State)}, {"programme", string(q.Programme)}, {"host", string(q.Host)}} {
		if eq.v != "" {
			f.and("p."+eq.col+" = ?", eq.v)
		}
	}
	if q.Within != "" {
		f.under("p.path", q.Within)
	}
	if q.Text != "" {
		f.and(`p.name LIKE ? ESCAPE '\'`, workLike(q.Text))
	}
	if q.Case != "" {
		f.and("EXISTS (SELECT 1 FROM work_case c WHERE c.tenant = p.tenant AND c.project = p.id AND c.case_id = ?)", string(q.Case))
	}
	cond, args := q.Drafts.Predicate(workCols, len(f.args)+1)
	f.conds = append(f.conds, "(p.published = 1 OR "+cond+")")
	f.args = append(f.args, args...)
	return f
}

// Projects implements works.Repo. The cursor is the id of the last row.
func (Works) Projects(k kernel.Tx, q works.Query) ([]*works.Project, string, error) {
	f := workFilter(k, q)
	f.and("p.tenant = ?", string(on(k).tenant))
	if q.Page.After != "" {
		f.and("p.id < ?", q.Page.After)
	}
	limit := f.arg(q.Page.Limit + 1)
	rows, err := on(k).Query("SELECT "+prefixed("p.", projectCols)+" FROM work_project p WHERE "+f.where()+" ORDER BY p.id DESC LIMIT "+limit, f.args...)
	out, err := scanAll(rows, err, func(r *sql.Rows) (*works.Project, error) { return scanWork(r) })
	if err != nil || len(out) <= q.Page.Limit {
		return out, "", err
	}
	return out[:q.Page.Limit], string(out[q.Page.Limit-1].ID), nil
}

// CountByKind implements works.Repo.
func (Works) CountByKind(k kernel.Tx, q works.Query) ([]works.KindCount, error) {
	f := workFilter(k, q)
	f.and("p.tenant = ?", string(on(k).tenant))
	rows, err := on(k).Query("SELECT p.kind, p.state, COUNT(*) FROM work_project p WHERE "+f.where()+" GROUP BY p.kind, p.state ORDER BY p.kind, p.state", f.args...)
	return scanAll(rows, err, func(r *sql.Rows) (c works.KindCount, err error) { return c, r.Scan(&c.Kind, &c.State, &c.N) })
}

const workItemCols = `id, project, line, subject, grouped, act, quantity, whole, location, source, twin_of`

// PutItems implements works.Repo.
func (Works) PutItems(k kernel.Tx, l []*works.Item) error {
	t := string(on(k).tenant)
	return bulk(k, "INSERT INTO work_item (tenant, "+workItemCols+")", 12, "", l, func(i *works.Item) []any {
		whole := ""
		if i.Whole.Unit != "" {
			whole = text(i.Whole)
		}
		return []any{t, string(i.ID), string(i.Project), i.Line, i.Subject, i.Group, string(i.Action), text(i.Quantity), whole, i.Location, i.Source, string(i.TwinOf)}
	})
}

func scanWorkItem(r scanner, more ...any) (*works.Item, error) {
	i := &works.Item{}
	var quantity, whole string
	if err := r.Scan(append([]any{&i.ID, &i.Project, &i.Line, &i.Subject, &i.Group, &i.Action, &quantity, &whole, &i.Location, &i.Source, &i.TwinOf}, more...)...); err != nil {
		return nil, err
	}
	if err := parse(quantity, &i.Quantity); err != nil {
		return nil, fmt.Errorf("line %s: %w", i.ID, err)
	}
	if err := parse(whole, &i.Whole); err != nil {
		return nil, fmt.Errorf("line %s: %w", i.ID, err)
	}
	return i, nil
}

// Items implements works.Repo.
func (Works) Items(k kernel.Tx, project kernel.ID) ([]*works.Item, error) {
	rows, err := on(k).Query("SELECT "+workItemCols+" FROM work_item WHERE tenant = $1 AND project = $2 ORDER BY line, id", string(on(k).tenant), string(project))
	return scanAll(rows, err, func(r *sql.Rows) (*works.Item, error) { return scanWorkItem(r) })
}

// Lines implements works.Repo.
func (Works) Lines(k kernel.Tx, q works.Query) ([]works.Line, error) {
	f := workFilter(k, q)
	f.and("p.tenant = ?", string(on(k).tenant))
	rows, err := on(k).Query("SELECT "+prefixed("i.", workItemCols)+", p.name, p.path, p.lon, p.lat FROM work_project p JOIN work_item i ON i.tenant = p.tenant AND i.project = p.id WHERE "+
		f.where()+" AND i.tenant = p.tenant ORDER BY i.id", f.args...)
	return scanAll(rows, err, func(r *sql.Rows) (l works.Line, err error) {
		l.Item, err = scanWorkItem(r, &l.Name, &l.Path, &l.Lon, &l.Lat)
		return l, err
	})
}

// PutPhotos implements works.Repo.
func (Works) PutPhotos(k kernel.Tx, l []*works.Photo) error {
	t := string(on(k).tenant)
	return workUnique(k, bulk(k, "INSERT INTO work_photo (tenant, id, project, spot, moment, taken_at, caption)", 7, "", l, func(p *works.Photo) []any {
		return []any{t, string(p.ID), string(p.Project), p.Spot, string(p.Moment), ms(p.Taken), p.Caption}
	}), sayPhotoTwice)
}

// Photos implements works.Repo.
func (Works) Photos(k kernel.Tx, project kernel.ID) ([]*works.Photo, error) {
	rows, err := on(k).Query(`SELECT id, project, spot, moment, taken_at, caption FROM work_photo WHERE tenant = $1 AND project = $2 ORDER BY spot, taken_at, id`,
		string(on(k).tenant), string(project))
	return scanAll(rows, err, func(r *sql.Rows) (*works.Photo, error) {
		p := &works.Photo{}
		var taken int64
		err := r.Scan(&p.ID, &p.Project, &p.Spot, &p.Moment, &taken, &p.Caption)
		p.Taken = at(taken)
		return p, err
	})
}

// programmeBody is what of a programme stands in one column.
type programmeBody struct {
	From    int      `json:"from"`
	To      int      `json:"to"`
	Support []string `json:"support,omitempty"`
}

// PutProgramme implements works.ProgrammeRepo.
func (Works) PutProgramme(k kernel.Tx, p *works.Programme) (bool, error) {
	return one(k, `INSERT INTO work_programme (tenant, id, name, level, body) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (tenant, name) DO NOTHING`,
		string(on(k).tenant), string(p.ID), p.Name, string(p.Level), text(programmeBody{p.FromYear, p.ToYear, p.Support}))
}

func scanProgramme(r scanner) (*works.Programme, error) {
	p := &works.Programme{}
	var body string
	var b programmeBody
	if err := r.Scan(&p.ID, &p.Name, &p.Level, &body); err != nil {
		return nil, err
	}
	err := parse(body, &b)
	p.FromYear, p.ToYear, p.Support = b.From, b.To, b.Support
	return p, err
}

// Programme implements works.ProgrammeRepo.
func (Works) Programme(k kernel.Tx, id kernel.ID) (*works.Programme, error) {
	p, err := scanProgramme(on(k).QueryRow(`SELECT id, name, level, body FROM work_programme WHERE tenant = $1 AND id = $2`, string(on(k).tenant), string(id)))
	return p, notFound(err, noProgramme)
}

// Programmes implements works.ProgrammeRepo. The cursor is the name of the last row.
func (Works) Programmes(k kernel.Tx, page kernel.Page) ([]*works.Programme, string, error) {
	rows, err := on(k).Query(`SELECT id, name, level, body FROM work_programme WHERE tenant = $1 AND name > $2 ORDER BY name LIMIT $3`,
		string(on(k).tenant), page.After, page.Limit+1)
	out, err := scanAll(rows, err, func(r *sql.Rows) (*works.Programme, error) { return scanProgramme(r) })
	if err != nil || len(out) <= page.Limit {
		return out, "", err
	}
	return out[:page.Limit], out[page.Limit-1].Name, nil
}

// LinkCase implements works.LinkRepo.
func (Works) LinkCase(k kernel.Tx, work, caseID kernel.ID, when time.Time) (bool, error) {
	return one(k, `INSERT INTO work_case (tenant, project, case_id, at) VALUES ($1, $2, $3, $4) ON CONFLICT (tenant, project, case_id) DO NOTHING`,
		string(on(k).tenant), string(work), string(caseID), ms(when))
}

// CasesOf implements works.LinkRepo.
func (Works) CasesOf(k kernel.Tx, work kernel.ID) ([]kernel.ID, error) {
	rows, err := on(k).Query(`SELECT case_id FROM work_case WHERE tenant = $1 AND project = $2 ORDER BY at, case_id LIMIT 200`, string(on(k).tenant), string(work))
	return scanAll(rows, err, func(r *sql.Rows) (id kernel.ID, err error) { return id, r.Scan(&id) })
}
