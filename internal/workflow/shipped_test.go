package workflow

import "testing"

func TestShippedFlowsHaveNoFindings(t *testing.T) {
	for _, name := range []string{"menu", "hazard"} {
		src, err := shippedFS.Open("flows/" + name + ".yaml")
		if err != nil {
			t.Fatal(err)
		}
		_, findings, err := Check(src)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range findings {
			t.Errorf("%s:%d: %s", name, f.Line, f)
		}
	}
}
