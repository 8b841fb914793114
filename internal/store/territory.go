package store

import (
	"database/sql"
	"strconv"
	"strings"
	"unicode/utf8"

	"sanzhi/internal/geo"
	"sanzhi/internal/kernel"
	"sanzhi/internal/territory"
)

// Territory keeps places, and the divisions of the country (divisions.go).
type Territory struct{}

var _ territory.Repo = Territory{}

// placeCols are a place without its shape.
const placeCols = `id, parent, kind, code, name, initials, path, households, people, host, functions, valid_from, valid_to`

func scanPlace(r scanner, more ...any) (*territory.Place, error) {
	p := &territory.Place{}
	var functions string
	var from, to int64
	err := r.Scan(append([]any{&p.ID, &p.Parent, &p.Kind, &p.Code, &p.Name, &p.Initials, &p.Path, &p.Households, &p.People, &p.Host,
		&functions, &from, &to}, more...)...)
	if err != nil {
		return nil, err
	}
	p.ValidFrom, p.ValidTo = at(from), at(to)
	return p, parse(functions, &p.Functions)
}

// scanShaped reads a place whose last column is its shape.
func scanShaped(r scanner) (*territory.Place, error) {
	var shape sql.NullString
	p, err := scanPlace(r, &shape)
	if err != nil || !shape.Valid {
		return p, err
	}
	if p.Shape, err = geo.ParseGeometry([]byte(shape.String)); err != nil {
		return nil, kernel.Internal("shape of place "+string(p.ID), err)
	}
	return p, nil
}

var noPlace = kernel.T("没有这个地点", "there is no such place")

// Place implements territory.Repo.
func (Territory) Place(k kernel.Tx, id kernel.ID) (*territory.Place, error) {
	p, err := scanPlace(on(k).QueryRow("SELECT "+placeCols+" FROM place WHERE tenant = $1 AND id = $2", string(on(k).tenant), string(id)))
	return p, notFound(err, noPlace)
}

// PlaceByCode implements territory.Repo. Of places that bore the code one after another it gives the one that stands, else
// the one that ended last.
func (Territory) PlaceByCode(k kernel.Tx, code string) (*territory.Place, error) {
	p, err := scanPlace(on(k).QueryRow("SELECT "+placeCols+` FROM place WHERE tenant = $1 AND code = $2
		ORDER BY CASE WHEN valid_to = 0 THEN 0 ELSE 1 END, valid_to DESC LIMIT 1`, string(on(k).tenant), code))
	return p, notFound(err, kernel.T("没有代码为“"+code+"”的地点", "there is no place with the code \""+code+"\""))
}

// Shape implements territory.Repo.
func (Territory) Shape(k kernel.Tx, id kernel.ID) (*territory.Place, error) {
	p, err := scanShaped(on(k).QueryRow("SELECT "+placeCols+", shape FROM place WHERE tenant = $1 AND id = $2", string(on(k).tenant), string(id)))
	return p, notFound(err, noPlace)
}

// standing narrows to the places that stand at the instant of the unit of work: territory.Place.Stands.
func (f *filter) standing(k kernel.Tx) {
	now := f.arg(ms(on(k).now))
	f.conds = append(f.conds, "valid_from <= "+now+" AND (valid_to = 0 OR valid_to > "+now+")")
}

// Children implements territory.Repo: the children that stand now.
func (Territory) Children(k kernel.Tx, parent kernel.ID, page kernel.Page) ([]*territory.Place, string, error) {
	f := &filter{}
	f.and("parent = ?", string(parent))
	f.standing(k)
	return places(k, f, page)
}

// Most and usual rows of a page of places or divisions.
const (
	usualPage = 100
	mostPage  = 1000
)

// places gives a page of the tenant's places in the order of codes. The cursor is "code id" of the last row.
func places(k kernel.Tx, f *filter, page kernel.Page) ([]*territory.Place, string, error) {
	return placesFrom(k, "place", f, page)
}

// cursorCut stands between the code and the id of a cursor.
const cursorCut = "\x1f"

func placesFrom(k kernel.Tx, from string, f *filter, page kernel.Page) ([]*territory.Place, string, error) {
	page = page.Clamp(usualPage, mostPage)
	f.and("tenant = ?", string(on(k).tenant))
	if page.After != "" {
		code, id, ok := strings.Cut(page.After, cursorCut)
		if !ok || !storable(page.After) {
			return nil, "", badCursor()
		}
		c := f.arg(code)
		f.and("code >= "+c+" AND (code > "+c+" OR id > ?)", id)
	}
	limit := f.arg(page.Limit + 1)
	rows, err := on(k).Query("SELECT "+placeCols+" FROM "+from+" WHERE "+f.where()+" ORDER BY code, id LIMIT "+limit, f.args...)
	out, err := scanAll(rows, err, func(r *sql.Rows) (*territory.Place, error) { return scanPlace(r) })
	if err != nil || len(out) <= page.Limit {
		return out, "", err
	}
	last := out[page.Limit-1]
	return out[:page.Limit], last.Code + cursorCut + string(last.ID), nil
}

func badCursor() error {
	return kernel.Malformed("after", kernel.T("翻页标记不对，请从第一页重新看", "the page mark is not valid; start again from the first page"))
}

// storable reports whether both engines can hold the text: PostgreSQL takes neither NUL nor what is not UTF-8.
func storable(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }

// begins narrows to what begins with s, as a half-open range that an index answers.
func (f *filter) begins(column, s string) string {
	return column + " >= " + f.arg(s) + " AND " + column + " < " + f.arg(s+"\U0010FFFF")
}

// contains matches what holds s anywhere. LIKE folds the case of ASCII letters on SQLite and not on PostgreSQL; where it
// finds something, replace decides alike on both.
func (f *filter) contains(column, s string) string {
	like := "%" + strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(s) + "%"
	return column + " LIKE " + f.arg(like) + ` ESCAPE '\' AND replace(` + column + ", " + f.arg(s) + ", '') <> " + column
}

// HasChildren tells which of the places have a child that stands now, so that a tree shows what can be opened without
// opening it.
func (Territory) HasChildren(k kernel.Tx, list []kernel.ID) (map[kernel.ID]bool, error) {
	out := make(map[kernel.ID]bool, len(list))
	for ; len(list) > 0; list = list[min(len(list), mostIn):] {
		f := &filter{}
		f.and("p.tenant = ?", string(on(k).tenant))
		f.conds = append(f.conds, "p.id IN ("+f.in(list[:min(len(list), mostIn)])+")")
		now := f.arg(ms(on(k).now))
		rows, err := on(k).Query("SELECT p.id FROM place p WHERE "+f.where()+` AND EXISTS (SELECT 1 FROM place c WHERE c.tenant = p.tenant
			AND c.parent = p.id AND c.valid_from <= `+now+" AND (c.valid_to = 0 OR c.valid_to > "+now+"))", f.args...)
		found, err := scanAll(rows, err, func(r *sql.Rows) (id kernel.ID, err error) { return id, r.Scan(&id) })
		if err != nil {
			return nil, err
		}
		for _, id := range found {
			out[id] = true
		}
	}
	return out, nil
}

const mostIn = 200 // values of one IN

// in gives placeholders for an IN.
func (f *filter) in(list []kernel.ID) string {
	marks := make([]string, len(list))
	for i, id := range list {
		marks[i] = f.arg(string(id))
	}
	return strings.Join(marks, ", ")
}

// CountPlaces counts the places of a kind ("" for all kinds) that stand now, at a path and below ("" for the tenant).
func (Territory) CountPlaces(k kernel.Tx, kind territory.Kind, within kernel.Path) (n int, err error) {
	f := &filter{}
	f.and("tenant = ?", string(on(k).tenant))
	f.standing(k)
	if kind != "" {
		f.and("kind = ?", string(kind))
	}
	if within != "" {
		f.under("path", within)
	}
	err = on(k).QueryRow("SELECT COUNT(*) FROM place WHERE "+f.where(), f.args...).Scan(&n)
	return n, err
}

// EachPlace implements territory.Repo. It reads in pages, so that each may use the unit of work.
func (Territory) EachPlace(k kernel.Tx, each func(*territory.Place) error) error {
	const page = 500
	path, id := "", ""
	for {
		rows, err := on(k).Query("SELECT "+placeCols+`, shape FROM place WHERE tenant = $1 AND path >= $2 AND (path > $2 OR id > $3)
			ORDER BY path, id LIMIT $4`, string(on(k).tenant), path, id, page)
		list, err := scanAll(rows, err, func(r *sql.Rows) (*territory.Place, error) { return scanShaped(r) })
		if err != nil {
			return err
		}
		for _, p := range list {
			if err := each(p); err != nil {
				return err
			}
		}
		if len(list) < page {
			return nil
		}
		last := list[page-1]
		path, id = string(last.Path), string(last.ID)
	}
}

// placeRow is a place with what the store derives from its shape.
type placeRow struct {
	*territory.Place
	shape, lon, lat any
}

// UpsertPlaces implements territory.Repo. Initials that are empty are made from the name; lon and lat hold a point where
// the name can stand.
func (s Territory) UpsertPlaces(k kernel.Tx, list []*territory.Place) error {
	rows := make([]placeRow, len(list))
	seen := make(map[kernel.ID]bool, len(list))
	for i, p := range list {
		if seen[p.ID] {
			return kernel.Invalid("places["+strconv.Itoa(i)+"]", kernel.T("“"+p.Name+"”出现了两次", p.Name+" is there twice"))
		}
		seen[p.ID] = true
		row, err := shaped(p)
		if err != nil {
			return err
		}
		rows[i] = row
	}
	for from := 0; from < len(list); from += mostIn {
		if err := s.borne(k, list[from:min(len(list), from+mostIn)]); err != nil {
			return err
		}
	}
	t := string(on(k).tenant)
	err := bulk(k, "INSERT INTO place (tenant, "+placeCols+", shape, lon, lat)", 17, `ON CONFLICT (tenant, id) DO UPDATE SET parent = excluded.parent,
		kind = excluded.kind, code = excluded.code, name = excluded.name, initials = excluded.initials, path = excluded.path, households = excluded.households,
		people = excluded.people, host = excluded.host, functions = excluded.functions, valid_from = excluded.valid_from, valid_to = excluded.valid_to,
		shape = excluded.shape, lon = excluded.lon, lat = excluded.lat`, rows, func(p placeRow) []any {
		initials := p.Initials
		if initials == "" {
			initials = territory.Initials(p.Name)
		}
		functions := ""
		if len(p.Functions) > 0 {
			functions = text(p.Functions)
		}
		return []any{t, string(p.ID), string(p.Parent), string(p.Kind), p.Code, p.Name, initials, string(p.Path), p.Households, p.People, string(p.Host),
			functions, ms(p.ValidFrom), ms(p.ValidTo), p.shape, p.lon, p.lat}
	})
	if err == nil {
		err = putPlaceWords(k, list)
	}
	if err != nil && on(k).db.Engine.IsUnique(err) {
		return kernel.Conflict(kernel.T("有两个地点的代码或路径相同，请检查后再存", "two of the places bear the same code or path; check them and store again"))
	}
	return err
}

func shaped(p *territory.Place) (placeRow, error) {
	row := placeRow{Place: p}
	if p.Shape == nil {
		return row, nil
	}
	raw, err := geo.GeometryJSON(p.Shape)
	if err != nil {
		return row, kernel.Internal("shape of place "+string(p.ID), err)
	}
	row.shape = string(raw)
	if at, ok := geo.LabelPoint(p.Shape); ok {
		row.lon, row.lat = at[0], at[1]
	}
	return row, nil
}

// borne refuses a code or path that another place bears, and names it. It looks before writing: after a violation,
// PostgreSQL answers nothing more in this unit of work.
func (Territory) borne(k kernel.Tx, list []*territory.Place) error {
	codes, paths := make(map[string]kernel.ID, len(list)), make(map[string]kernel.ID, len(list))
	for _, p := range list {
		end := "\x1f" + strconv.FormatInt(ms(p.ValidTo), 10)
		codes[p.Code+end], paths[string(p.Path)+end] = p.ID, p.ID
	}
	for _, c := range []struct {
		column string
		by     map[string]kernel.ID
		of     func(*territory.Place) string
	}{{"code", codes, func(p *territory.Place) string { return p.Code }}, {"path", paths, func(p *territory.Place) string { return string(p.Path) }}} {
		f := &filter{}
		f.and("tenant = ?", string(on(k).tenant))
		marks := make([]string, len(list))
		for i, p := range list {
			marks[i] = f.arg(c.of(p))
		}
		rows, err := on(k).Query("SELECT "+placeCols+" FROM place WHERE "+f.where()+" AND "+c.column+" IN ("+strings.Join(marks, ", ")+")", f.args...)
		found, err := scanAll(rows, err, func(r *sql.Rows) (*territory.Place, error) { return scanPlace(r) })
		if err != nil {
			return err
		}
		for _, p := range found {
			if id, ok := c.by[c.of(p)+"\x1f"+strconv.FormatInt(ms(p.ValidTo), 10)]; ok && id != p.ID {
				return kernel.Conflict(kernel.T("代码 "+p.Code+" 已是“"+p.Name+"”的，请换一个", "the code "+p.Code+" is that of "+p.Name+" already; choose another"))
			}
		}
	}
	return nil
}
