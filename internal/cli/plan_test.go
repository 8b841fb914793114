package cli

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// plan runs a planning command and gives its exit status and what it printed.
func plan(t *testing.T, args ...string) (status int, out, errs string) {
	t.Helper()
	var o, e bytes.Buffer
	status = Main(append([]string{"plan"}, args...), strings.NewReader(""), &o, &e)
	return status, o.String(), e.String()
}

// file writes a file into the test's folder.
func file(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestPlanAssign(t *testing.T) {
	out := filepath.Join(t.TempDir(), "m.sol")
	status, said, errs := plan(t, "assign", "--json", "--instance", file(t, "m.txt", "2 2 3\n1 2\n1 1\n0 0 4\n0 1 1\n1 0 9\n"), "--out", out)
	var r assignReport
	if err := json.Unmarshal([]byte(said), &r); status != exitDone || err != nil || r.Cost != 10 || r.Bound != 10 || !r.Proven || r.Filled != 2 {
		t.Errorf("status %d, %v: %s %s", status, err, said, errs)
	}
	if b, err := os.ReadFile(out); err != nil || string(b) != "1 0 1\n0 1 1\n" {
		t.Errorf("%v: %q", err, b)
	}
}

func TestPlanAssignNamesWhatCannotBeFilled(t *testing.T) {
	status, said, _ := plan(t, "assign", "--json", "--instance", file(t, "m.txt", "2 3 4\n1 5\n1 1 1\n0 0 4\n0 1 1\n1 2 9\n0 2 1\n"))
	var r assignReport
	if err := json.Unmarshal([]byte(said), &r); status != exitNot || err != nil || r.Lack == nil || r.Filled != 2 || r.Cost != 10 {
		t.Fatalf("status %d, %v: %s", status, err, said)
	}
	if k := r.Lack; len(k.Right) != 2 || len(k.Left) != 1 || k.Left[0] != 0 || k.Asked != 2 || k.There != 1 {
		t.Errorf("%+v", k)
	}
}

func TestPlanSaysWhatIsWrong(t *testing.T) {
	status, _, errs := plan(t, "assign", "--instance", file(t, "m.txt", "2 2 1\n1 1\n1 1\n0 7 3\n"))
	if status != exitFailed || !strings.Contains(errs, "第 4 行") || !strings.Contains(errs, "line 4") {
		t.Errorf("status %d: %s", status, errs)
	}
	if status, _, errs = plan(t, "assign", "--instance", "/nowhere/m.txt"); status != exitFailed || !strings.Contains(errs, "没有这个文件") {
		t.Errorf("status %d: %s", status, errs)
	}
	if status, _, _ = plan(t, "assign"); status != exitUsage {
		t.Errorf("status %d", status)
	}
}

func TestPlanSite(t *testing.T) {
	out := filepath.Join(t.TempDir(), "sites")
	status, said, errs := plan(t, "site", "--json", "--model", "covering", "--instance", file(t, "s.txt", "3 3 1\n5 1 1\n6 2 2 3\n2 1 3\n"), "--out", out)
	var r siteReport
	if err := json.Unmarshal([]byte(said), &r); status != exitDone || err != nil || r.Value != 8 || r.Bound != 8 || !r.Proven || r.Open[0] != 3 {
		t.Errorf("status %d, %v: %s %s", status, err, said, errs)
	}
	if b, err := os.ReadFile(out); err != nil || string(b) != "3\n" {
		t.Errorf("%v: %q", err, b)
	}
	status, said, errs = plan(t, "site", "--json", "--model", "pmedian", "--instance", file(t, "p.txt", "4 3 1\n1 2 5\n2 3 1\n3 4 2\n"))
	if err := json.Unmarshal([]byte(said), &r); status != exitDone || err != nil || r.Value != 9 || !r.Proven {
		t.Errorf("status %d, %v: %s %s", status, err, said, errs)
	}
	if status, _, errs = plan(t, "site", "--model", "covering", "--instance", file(t, "s.txt", "3 3 9\n5 1 1\n6 2 2 3\n2 1 3\n")); status != exitFailed || !strings.Contains(errs, "9 sites are asked for") {
		t.Errorf("status %d: %s", status, errs)
	}
}
