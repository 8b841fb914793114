package store

import (
	"database/sql"
	"strings"

	"sanzhi/internal/access"
	"sanzhi/internal/cases"
	"sanzhi/internal/kernel"
	"sanzhi/internal/ledger"
)

// things are where the objects of ledger rows lie: the kind, the table, and what gives its name, its path and whether it is published. What
// people wrote of one another, and what is about one person, has a kind and no name.
var things = [][5]string{
	{"case", "case_record", "number", "path", "0"},
	{"place", "place", "name", "path", "1"},
	{"org", "org", "name", "path", "1"},
	{"account", "account", "user_name", "''", "1"},
	{"activity", "activity", "title", "path", "CASE WHEN stage <> 'draft' THEN 1 ELSE 0 END"},
	{"series", "activity_series", "title", "path", "1"},
	{"venue", "activity_venue", "title", "path", "1"},
	{"team", "volunteer_team", "title", "path", "1"},
	{"volunteer", "activity_person", "''", "''", "1"},
	{"signup", "activity_signup", "''", "''", "1"},
	{"certificate", "volunteer_certificate", "''", "''", "1"},
	{"work", "work_project", "name", "path", "published"},
	{"programme", "work_programme", "name", "''", "1"},
	{"sites", "site_register", "name", "''", "1"},
	{"ballot", "ballot", "title", "path", "CASE WHEN opened_at > 0 THEN 1 ELSE 0 END"},
	{"post", "ballot_post", "''", "''", "1"},
	{"award", "award", "title", "path", "1"},
	{"nomination", "nomination", "''", "''", "1"},
	{"target", "indicator_target", "''", "path", "1"},
	{"constraint", "indicator_constraint", "''", "path", "1"},
	{"contest", "indicator_contest", "''", "path", "1"},
	{"rule", "indicator_rule", "title", "path", "1"},
	{"template", "round_template", "id", "''", "1"},
	{"duty", "round_duty", "''", "path", "1"},
	{"shift", "round_shift", "name", "path", "1"},
	{"care", "round_care", "''", "''", "1"},
	{"measure", "round_record", "''", "''", "1"},
	{"entry", "register_entry", "''", "path", "1"},
	{"report", "report", "''", "path", "CASE WHEN published_at > 0 THEN 1 ELSE 0 END"},
	{"plan", "plan", "name", "path", "1"},
	{"privacy", "privacy_request", "''", "''", "1"},
	{"webhook", "webhook", "''", "''", "1"},
	{"import", "sheet_import", "''", "''", "1"},
}

// Things tells what the ids are, each by the key of its table. A case has its number, which its rows tell anyone; within the scope its title too.
func (Desk) Things(k kernel.Tx, ids []kernel.ID, seen access.Scope) (map[kernel.ID]ledger.Thing, error) {
	out := map[kernel.ID]ledger.Thing{}
	if len(ids) == 0 {
		return out, nil
	}
	t, f := on(k), &filter{}
	f.and("tenant = ?", string(t.tenant))
	f.conds = append(f.conds, "id IN ("+f.in(ids)+")")
	each := make([]string, len(things))
	for i, x := range things {
		each[i] = "SELECT '" + x[0] + "' AS kind, id, " + x[2] + " AS name, " + x[3] + " AS path, " + x[4] + " AS shown FROM " + x[1] + " WHERE " + f.where()
	}
	rows, err := t.Query(strings.Join(each, " UNION ALL "), f.args...)
	l, err := scanAll(rows, err, func(r *sql.Rows) (x ledger.Thing, err error) {
		var name string
		err = r.Scan(&x.Kind, &x.ID, &name, &x.Path, &x.Shown)
		x.Name = kernel.Text{Zh: name}
		return x, err
	})
	if err != nil {
		return nil, err
	}
	for _, x := range l {
		out[x.ID] = x
	}
	f = caseFilter(t, cases.Query{IDs: ids, Allow: seen})
	rows, err = t.Query("SELECT c.id, c.number, c.title_zh, c.title_en, c.path FROM case_record c WHERE "+f.where(), f.args...)
	l, err = scanAll(rows, err, func(r *sql.Rows) (x ledger.Thing, err error) {
		var number string
		err = r.Scan(&x.ID, &number, &x.Name.Zh, &x.Name.En, &x.Path)
		x.Kind, x.Shown = "case", true
		if x.Name.Zh = number + " " + x.Name.Zh; x.Name.En != "" {
			x.Name.En = number + " " + x.Name.En
		}
		return x, err
	})
	for _, x := range l {
		out[x.ID] = x
	}
	return out, err
}
