package store_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sanzhi/internal/store"
)

// refers are the names of columns that hold the id of what an Excel file can bring.
var refers = []string{"org", "unit", "host", "lead", "holder", "place", "community", "grid", "target", "parent", "project", "activity", "person", "work", "post", "entry", "grp"}

// holdNothing are such columns that need not keep a row in place, with the reason.
var holdNothing = map[string]string{
	"activity_attendance.activity": "every attendance has a sign-up",
	"activity_post.activity":       "goes with its activity",
	"activity_signup.post":         "a post of an activity, not of an organisation",
	"activity_wage.activity":       "every wage has a sign-up",
	"ballot_roll.person":           "one who votes, by account",
	"ballot_roll.grp":              "a group of voters, by its name",
	"ballot_tally.grp":             "a group of voters, by its name",
	"case_rate.unit":               "sums of cases, which hold their unit",
	"division.parent":              "the country's own list",
	"holding.person":               "goes with its holding",
	"indicator_alert.target":       "goes with its target",
	"lease.holder":                 "a process of this program",
	"outbox.target":                "where a message goes",
	"register_link.entry":          "goes with its entry",
	"report_entry.entry":           "a line of a report",
	"report_in.person":             "asked where the person is removed",
	"team_member.post":             "what a member does in the team, in words",
	"venue_slot.activity":          "goes with its activity",
	"volunteer_grid.grid":          "a number; its villager group holds the place",
	"volunteer_team.parent":        "a team, which no file brings",
}

// Whatever refers to a row that an Excel file brought keeps that row from being taken away again: a new table that does must be named
// where rows are removed, or here with the reason why not.
func TestRemovalsKnowTheSchema(t *testing.T) {
	hangs := map[string]bool{}
	for _, object := range []string{"org", "place", "holding", "register_entry", "activity_person", "work_project", "indicator_target", "activity"} {
		for _, h := range store.Hangs(object) {
			hangs[h] = true
		}
	}
	var forgotten, live []string
	for _, r := range query(t, freshSQLite(t), "SELECT m.name, c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' ORDER BY 1, 2") {
		c := r[0] + "." + r[1]
		live = append(live, c)
		if slices.Contains(refers, r[1]) && !hangs[c] && holdNothing[c] == "" {
			forgotten = append(forgotten, c)
		}
	}
	if d := cmp.Diff([]string(nil), forgotten); d != "" {
		t.Errorf("removals in sheets_remove.go do not know these columns: %s", d)
	}
	for c := range hangs {
		if !slices.Contains(live, c) {
			t.Errorf("%s is named where rows are removed and is not in the schema", c)
		}
	}
	for c := range holdNothing {
		if !slices.Contains(live, c) || hangs[c] {
			t.Errorf("%s need not be excused", c)
		}
	}
}
