package workflow

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestShippedFlowsHaveNoFindings reads every flow that comes with the program; Shipped refuses one with a finding.
func TestShippedFlowsHaveNoFindings(t *testing.T) {
	flows, err := Shipped()
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, f := range flows {
		ids = append(ids, f.ID)
	}
	if diff := cmp.Diff([]string{"civility", "dispute", "hazard", "hotline", "menu", "paired"}, ids); diff != "" {
		t.Error(diff)
	}
}
