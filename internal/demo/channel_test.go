package demo

import (
	"slices"
	"testing"

	"sanzhi/internal/cases"
	"sanzhi/internal/workflow"
)

// A report by a courier or rider is a choice of the menu that tells its channel, is made off duty, and only with consent. It asks
// for nothing that would tell where somebody goes.
func TestWorkersReportOffDutyWithConsent(t *testing.T) {
	m, err := registered(t).Menu()
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(m.Items, func(it *cases.Item) bool { return it.ID == "worker-report" })
	if i < 0 {
		t.Fatal("the menu has no report by workers")
	}
	form := m.Items[i].Form
	whole := map[string]any{"channel": "rider", "off_duty": "yes", "consent": "yes"}
	if _, err := workflow.CheckForm(form, whole); err != nil {
		t.Errorf("a whole report: %v", err)
	}
	for _, left := range []string{"channel", "off_duty", "consent"} {
		answers := map[string]any{}
		for k, v := range whole {
			if k != left {
				answers[k] = v
			}
		}
		if _, err := workflow.CheckForm(form, answers); err == nil {
			t.Errorf("a report without %s is taken", left)
		}
		answers[left] = "no"
		if _, err := workflow.CheckForm(form, answers); err == nil {
			t.Errorf("a report with %s = no is taken", left)
		}
	}
	if len(form) != len(whole) {
		t.Errorf("it asks %d things, of which one may be too many", len(form))
	}
}
