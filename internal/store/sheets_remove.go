package store

import (
	"database/sql"

	"sanzhi/internal/kernel"
)

// removal is how a row is taken out again, unless anything else has come to hang on it.
type removal struct {
	hangs [][2]string // table and column that name such rows
	more  string      // a query of its own, which gives ids of rows on which something hangs
	drop  []string
}

var removals = map[string]removal{
	"register_entry": {hangs: [][2]string{{"register_visit", "entry"}, {"register_link", "target"}}, // a link of its own raised its version
		drop: []string{"DELETE FROM register_link WHERE tenant = $1 AND entry = $2", "DELETE FROM register_entry WHERE tenant = $1 AND id = $2"}},
	"org": {hangs: [][2]string{{"org", "parent"}, {"holding", "org"}, {"cover", "org"}, {"cover", "lead"}, {"place", "host"},
		{"case_record", "unit"}, {"case_cohandle", "unit"}, {"register_entry", "org"}, {"register_link", "target"},
		{"indicator_target", "holder"}, {"indicator_constraint", "org"}, {"indicator_rule", "org"}, {"work_project", "host"},
		{"activity", "host"}, {"report_in", "unit"}, {"round_duty", "unit"}, {"round_shift", "unit"}, {"round_record", "unit"},
		{"plan", "holder"}, {"volunteer_team", "lead"}},
		drop: []string{"DELETE FROM org WHERE tenant = $1 AND id = $2"}},
	"holding": {hangs: [][2]string{{"round_duty", "post"}}, drop: []string{`DELETE FROM person WHERE tenant = $1 AND id = (SELECT person FROM holding WHERE tenant = $1 AND id = $2)
		AND NOT EXISTS (SELECT 1 FROM holding h WHERE h.tenant = $1 AND h.person = person.id AND h.id <> $2)
		AND NOT EXISTS (SELECT 1 FROM account a WHERE a.tenant = $1 AND a.id = person.id)
		AND NOT EXISTS (SELECT 1 FROM report_in r WHERE r.tenant = $1 AND r.person = person.id)`, "DELETE FROM holding WHERE tenant = $1 AND id = $2"}},
	"place": {hangs: [][2]string{{"place", "parent"}, {"org", "place"}, {"holding", "place"}, {"cover", "place"}, {"case_record", "place"},
		{"report_in", "community"}, {"report_in", "grid"}, {"round_duty", "place"}, {"round_duty", "target"}, {"round_finding", "place"},
		{"round_care", "place"}, {"round_shift", "place"}, {"round_record", "place"}, {"activity", "place"}, {"activity_venue", "place"},
		{"volunteer_team", "place"}, {"work_project", "place"}, {"work_site", "place"}, {"ballot", "place"}, {"award", "place"},
		{"register_entry", "place"}, {"register_link", "target"}, {"plan", "place"}, {"plan_adoption", "place"}, {"volunteer_grid", "grp"}},
		drop: []string{"DELETE FROM place WHERE tenant = $1 AND id = $2"}},
	"activity_person": {hangs: [][2]string{{"team_member", "person"}},
		more: "SELECT p.id FROM activity_signup s JOIN activity_person p ON p.tenant = s.tenant AND p.who = s.who WHERE p.tenant = $1",
		drop: []string{"DELETE FROM activity_person WHERE tenant = $1 AND id = $2"}},
	"work_project": {hangs: [][2]string{{"work_item", "project"}, {"work_photo", "project"}, {"work_case", "project"}, {"register_link", "target"}},
		drop: []string{"DELETE FROM work_project WHERE tenant = $1 AND id = $2"}},
	"indicator_target": {hangs: [][2]string{{"indicator_target", "parent"}, {"indicator_value", "target"}, {"indicator_constraint", "target"}},
		drop: []string{"DELETE FROM indicator_alert WHERE tenant = $1 AND target = $2", "DELETE FROM indicator_target WHERE tenant = $1 AND id = $2"}},
	"activity": {hangs: [][2]string{{"activity_signup", "activity"}, {"register_link", "target"}},
		drop: []string{"DELETE FROM venue_slot WHERE tenant = $1 AND activity = $2", "DELETE FROM activity_post WHERE tenant = $1 AND activity = $2", "DELETE FROM activity WHERE tenant = $1 AND id = $2"}},
}

// Used implements sheets.Repo.
func (Sheets) Used(k kernel.Tx, table string, id kernel.ID) (map[kernel.ID][]kernel.ID, error) {
	t, out := on(k), map[kernel.ID][]kernel.ID{}
	r, ok := removals[table]
	if !ok {
		panic("store: no removal of " + table)
	}
	read := func(query string) error {
		rows, err := t.Query(query, string(t.tenant), string(id))
		_, err = scanAll(rows, err, func(r *sql.Rows) (struct{}, error) {
			var row, by kernel.ID
			err := r.Scan(&row, &by)
			out[row] = append(out[row], by)
			return struct{}{}, err
		})
		return err
	}
	const of = " FROM sheet_change c WHERE c.tenant = $1 AND c.import = $2 AND c.object IN ("
	for _, h := range r.hangs {
		query := "SELECT c.object, ''" + of + "SELECT h." + h[1] + " FROM " + h[0] + " h WHERE h.tenant = $1)"
		if h[0] == table { // its own kind may be taken away with it
			query = "SELECT c.object, h.id FROM sheet_change c JOIN " + table + " h ON h.tenant = c.tenant AND h." + h[1] + " = c.object WHERE c.tenant = $1 AND c.import = $2"
		}
		if err := read(query); err != nil {
			return nil, err
		}
	}
	if r.more != "" {
		return out, read("SELECT c.object, ''" + of + r.more + ")")
	}
	return out, nil
}

// Remove implements sheets.Repo.
func (Sheets) Remove(k kernel.Tx, table string, id kernel.ID) error {
	for _, d := range removals[table].drop {
		if err := do(k, d, string(on(k).tenant), string(id)); err != nil {
			return err
		}
	}
	return nil
}
