package cli

import (
	"strings"
	"testing"
)

// TestPlanRefusesWhatIsNoInstance: malformed, impossible and hostile files get an error in both languages that says where, and none
// asks for memory or time that the file itself does not have.
func TestPlanRefusesWhatIsNoInstance(t *testing.T) {
	const good = "3 2 010\n5 2\n5 1 3\n5 2\n"
	xy := "0 0\n1 0\n2 0\n"
	for _, tt := range []struct {
		name, command, text, say string
	}{
		{"an empty graph", "graph", "", "line 1"},
		{"a graph of words", "graph", "three two\n", "line 1"},
		{"more vertices than lines", "graph", "2000000000 1 010\n1 2\n", "line 1"},
		{"more edges than bytes", "graph", "3 2000000000 010\n1 2\n", "line 1"},
		{"a neighbour that is not there", "graph", "3 2 010\n5 2\n5 1 9\n5 2\n", "line 3"},
		{"an edge of one direction", "graph", "3 2 010\n5 2\n5 3\n5 2\n", ""},
		{"a loop", "graph", "3 2 010\n5 1\n5 1 3\n5 2\n", "line 2"},
		{"a weight below nothing", "graph", "3 2 010\n-5 2\n5 1 3\n5 2\n", "line 2"},
		{"nobody lives there", "graph", "3 2 010\n0 2\n0 1 3\n0 2\n", "weigh"},
		{"a weight beyond all", "graph", "3 2 010\n99999999999999999999 2\n5 1 3\n5 2\n", "line 2"},
		{"fewer coordinates than vertices", "coords", "0 0\n1 0\n", "line"},
		{"a place that is no number", "coords", "0 0\nNaN 0\n2 0\n", "line 2"},
		{"a place without end", "coords", "0 0\n1e999 0\n2 0\n", "line 2"},
		{"more parts than vertices", "parts", "9", "parts"},
		{"no parts", "parts", "0", "parts"},
		{"an empty covering", "covering", "", "line 1"},
		{"more rows than bytes", "covering", "3 2000000000 1\n5 1 1\n", "line 1"},
		{"a row that ends early", "covering", "3 1 1\n5 3 1\n", "line"},
		{"more sites than candidates", "covering", "3 1 4\n5 1 1\n", "4 sites are asked for"},
		{"a weight of a covering beyond all", "covering", "3 1 1\n99999999999999999999 1 1\n", "line 2"},
		{"an empty p-median", "pmedian", "", "line 1"},
		{"a p-median larger than what is taken", "pmedian", "999999 1 1\n1 2 3\n", "line 1"},
		{"an island", "pmedian", "3 1 1\n1 2 5\n", "cannot be reached"},
		{"a length below nothing", "pmedian", "2 1 1\n1 2 -3\n", "line 2"},
		{"an empty assignment", "assign", "", "line 1"},
		{"more arcs than bytes", "assign", "2 2 2000000000\n1 1\n1 1\n0 0 1\n", "line 1"},
		{"a supply below nothing", "assign", "2 2 1\n1 -1\n1 1\n0 0 1\n", "line 2"},
		{"a right node that is not there", "assign", "2 2 1\n1 1\n1 1\n0 2 1\n", "line 4"},
		{"more behind the last arc", "assign", "2 2 1\n1 1\n1 1\n0 0 1\n0 1 1\n", "line 5"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var args []string
			switch tt.command {
			case "graph":
				args = []string{"partition", "--graph", file(t, "g", tt.text), "--coords", file(t, "xy", xy), "--parts", "2"}
			case "coords":
				args = []string{"partition", "--graph", file(t, "g", good), "--coords", file(t, "xy", tt.text), "--parts", "2"}
			case "parts":
				args = []string{"partition", "--graph", file(t, "g", good), "--coords", file(t, "xy", xy), "--parts", tt.text}
			case "assign":
				args = []string{"assign", "--instance", file(t, "m", tt.text)}
			default:
				args = []string{"site", "--model", tt.command, "--instance", file(t, "s", tt.text)}
			}
			status, out, errs := plan(t, args...)
			if status != exitFailed || out != "" || !strings.Contains(errs, tt.say) || strings.Contains(errs, "panic") || !hasHan(errs) {
				t.Errorf("status %d, said %q and %q, should name %q", status, out, errs, tt.say)
			}
		})
	}
	if status, _, errs := plan(t, "partition", "--graph", file(t, "g", good), "--coords", file(t, "xy", xy), "--parts", "2", "--tolerance", "0.4"); status != exitDone {
		t.Errorf("a good one is refused: %d %s", status, errs)
	}
}

func hasHan(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return r >= 0x4e00 && r <= 0x9fff })
}
