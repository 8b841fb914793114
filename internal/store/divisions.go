package store

import (
	"database/sql"
	"errors"
	"slices"
	"strings"

	"sanzhi/internal/kernel"
	"sanzhi/internal/territory"
)

const divisionCols = `code, year, name, level, kind, parent, successor`

func scanDivision(r scanner) (d territory.Division, err error) {
	var level int
	var successor string
	if err = r.Scan(&d.Code, &d.Year, &d.Name, &level, &d.Kind, &d.Parent, &successor); err != nil {
		return d, err
	}
	d.Level, d.Successor = territory.AllDivisionLevels[level], strings.Fields(successor)
	if len(d.Successor) == 0 {
		d.Successor = nil
	}
	return d, nil
}

// Division implements territory.Repo.
func (Territory) Division(k kernel.Tx, code string, year int) (territory.Division, error) {
	f := &filter{}
	f.and("code = ?", code)
	if year != 0 {
		f.and("year = ?", year)
	}
	d, err := scanDivision(on(k).QueryRow("SELECT "+divisionCols+" FROM division WHERE "+f.where()+" ORDER BY year DESC LIMIT 1", f.args...))
	return d, notFound(err, kernel.T("区划名录里没有代码 "+code, "no list of divisions has the code "+code))
}

// Divisions implements territory.Repo. Year 0 is the latest list. The cursor is the last code.
func (s Territory) Divisions(k kernel.Tx, parent string, year int, page kernel.Page) ([]territory.Division, string, error) {
	page = page.Clamp(usualPage, mostPage)
	if !storable(page.After) || !storable(parent) {
		return nil, "", badCursor()
	}
	if year == 0 {
		years, err := s.DivisionYears(k)
		if err != nil || len(years) == 0 {
			return nil, "", err
		}
		year = years[len(years)-1].Year
	}
	rows, err := on(k).Query("SELECT "+divisionCols+" FROM division WHERE year = $1 AND parent = $2 AND code > $3 ORDER BY code LIMIT $4",
		year, parent, page.After, page.Limit+1)
	out, err := scanAll(rows, err, func(r *sql.Rows) (territory.Division, error) { return scanDivision(r) })
	if err != nil || len(out) <= page.Limit {
		return out, "", err
	}
	return out[:page.Limit], out[page.Limit-1].Code, nil
}

// UpsertDivisions implements territory.Repo. A division without successors keeps those that are known.
func (Territory) UpsertDivisions(k kernel.Tx, list []territory.Division) error {
	return bulk(k, "INSERT INTO division ("+divisionCols+")", 7, `ON CONFLICT (code, year) DO UPDATE SET name = excluded.name, level = excluded.level,
		kind = excluded.kind, parent = excluded.parent, successor = CASE WHEN excluded.successor = '' THEN division.successor ELSE excluded.successor END`,
		list, func(d territory.Division) []any {
			return []any{d.Code, d.Year, d.Name, slices.Index(territory.AllDivisionLevels, d.Level), string(d.Kind), d.Parent, strings.Join(d.Successor, " ")}
		})
}

// DivisionYear is one year's list as it was loaded.
type DivisionYear struct {
	Year   int
	Source string
	Rows   int
}

// DivisionYears gives the lists that are loaded, by year.
func (Territory) DivisionYears(k kernel.Tx) ([]DivisionYear, error) {
	rows, err := on(k).Query("SELECT year, source, rows_read FROM division_year ORDER BY year")
	return scanAll(rows, err, func(r *sql.Rows) (y DivisionYear, err error) { return y, r.Scan(&y.Year, &y.Source, &y.Rows) })
}

// PutDivisionYear records that a year's list was loaded, at the instant of the unit of work.
func (Territory) PutDivisionYear(k kernel.Tx, y DivisionYear) error {
	_, err := on(k).Exec(`INSERT INTO division_year (year, source, rows_read, loaded_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (year) DO UPDATE SET source = excluded.source, rows_read = excluded.rows_read, loaded_at = excluded.loaded_at`,
		y.Year, y.Source, y.Rows, ms(on(k).now))
	return err
}

// EachDivision gives every division of a year's list to each, in no order. each must not use the unit of work.
func (Territory) EachDivision(k kernel.Tx, year int, each func(territory.Division)) error {
	rows, err := on(k).Query("SELECT "+divisionCols+" FROM division WHERE year = $1", year)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		d, err := scanDivision(rows)
		if err != nil {
			return err
		}
		each(d)
	}
	return rows.Err()
}

// DivisionsForDiff gives what is needed to compare two years' lists without holding both: all divisions above the
// villages, the villages that only one of them has, and of the later those that given names as successors.
func (Territory) DivisionsForDiff(k kernel.Tx, before, after int, given map[string][]string) (was, is []territory.Division, err error) {
	village := slices.Index(territory.AllDivisionLevels, territory.DivisionVillage)
	one := func(year, other int) ([]territory.Division, error) {
		rows, err := on(k).Query("SELECT "+divisionCols+` FROM division d WHERE d.year = $1 AND (d.level < $2
			OR NOT EXISTS (SELECT 1 FROM division o WHERE o.code = d.code AND o.year = $3))`, year, village, other)
		return scanAll(rows, err, func(r *sql.Rows) (territory.Division, error) { return scanDivision(r) })
	}
	if was, err = one(before, after); err != nil {
		return nil, nil, err
	}
	if is, err = one(after, before); err != nil {
		return nil, nil, err
	}
	// A village that both lists have and that took in another must stand in both, or it would count as added.
	for _, codes := range given {
		for _, code := range codes {
			for _, side := range []struct {
				year int
				list *[]territory.Division
			}{{before, &was}, {after, &is}} {
				d, err := scanDivision(on(k).QueryRow("SELECT "+divisionCols+" FROM division WHERE code = $1 AND year = $2", code, side.year))
				if err == nil && d.Level == territory.DivisionVillage {
					*side.list = append(*side.list, d)
				} else if err != nil && !errors.Is(err, sql.ErrNoRows) {
					return nil, nil, err
				}
			}
		}
	}
	return was, is, nil
}
