package kernel_test

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"sanzhi/internal/kernel"
)

func TestNewID(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		at := time.UnixMilli(rapid.Int64Range(0, 4102444800000).Draw(t, "at"))
		id, later := kernel.NewID(at), kernel.NewID(at.Add(time.Millisecond))
		if len(id) != 26 || string(id) != strings.ToUpper(string(id)) {
			t.Errorf("%q is not 26 upper-case characters", id)
		}
		if id >= later {
			t.Errorf("%q of %v sorts after %q of a millisecond later", id, at, later)
		}
		if back, err := kernel.ParseID("id", string(id)); err != nil || back != id {
			t.Errorf("ParseID(%q) = %q, %v", id, back, err)
		}
		if back, err := kernel.ParseID("id", strings.ToLower(string(id))); err != nil || back != id {
			t.Errorf("ParseID of %q in lower case = %q, %v", id, back, err)
		}
	})
}

func TestNewIDOutsideTheRangeOfULIDs(t *testing.T) {
	year := func(y int) time.Time { return time.Date(y, 1, 1, 0, 0, 0, 0, time.UTC) }
	const first, last = "0000000000", "7ZZZZZZZZZ" // the ten characters of the time
	for at, want := range map[time.Time]string{{}: first, year(-300): first, year(1969): first, year(1970): first, year(10890): last, year(99999): last} {
		id := kernel.NewID(at)
		if back, err := kernel.ParseID("id", string(id)); err != nil || back != id || string(id)[:10] != want {
			t.Errorf("NewID(%v) = %q (%v), want %s…", at, id, err, want)
		}
	}
}

func TestNewIDDiffersWithinAMillisecond(t *testing.T) {
	at, seen := time.UnixMilli(1682676000000), map[kernel.ID]bool{}
	for range 1000 {
		seen[kernel.NewID(at)] = true
	}
	if len(seen) != 1000 {
		t.Errorf("%d ids of 1000", len(seen))
	}
}

func TestParseIDRefuses(t *testing.T) {
	for _, s := range []string{"", "1", "01ARZ3NDEKTSV4RRFFQ69G5FA", "01ARZ3NDEKTSV4RRFFQ69G5FAVX", "01ARZ3NDEKTSV4RRFFQ69G5FAU",
		"81ARZ3NDEKTSV4RRFFQ69G5FAV", "01ARZ3NDEKTSV4RRFFQ69G5FA/", "01ARZ3NDEKTSV4RRFFQ69G5F网", "' OR 1=1 --01ARZ3NDEKTSV4RR"} {
		id, err := kernel.ParseID("unit", s)
		if err == nil || id != "" {
			t.Errorf("ParseID(%q) = %q", s, id)
		}
		saysWhatToDo(t, err, kernel.KindInvalid, "unit")
	}
}

func FuzzParseID(f *testing.F) {
	f.Add("01ARZ3NDEKTSV4RRFFQ69G5FAV")
	f.Add("7zzzzzzzzzzzzzzzzzzzzzzzzz")
	f.Fuzz(func(t *testing.T, s string) {
		id, err := kernel.ParseID("id", s)
		if err != nil {
			return
		}
		if !strings.EqualFold(string(id), s) {
			t.Errorf("ParseID(%q) = %q: another id", s, id)
		}
		if again, err := kernel.ParseID("id", string(id)); err != nil || again != id {
			t.Errorf("ParseID(%q) = %q, %v", id, again, err)
		}
	})
}

func TestParseTenant(t *testing.T) {
	for _, s := range []string{"630105", "000000", "990001"} {
		if got, err := kernel.ParseTenant(s); err != nil || string(got) != s {
			t.Errorf("ParseTenant(%q) = %q, %v", s, got, err)
		}
	}
	for _, s := range []string{"", "63010", "6301050", "63010a", "+63010", "-63010", " 63010", "63_105", "0x6301", "６３", "63010\n"} {
		got, err := kernel.ParseTenant(s)
		if err == nil || got != "" {
			t.Errorf("ParseTenant(%q) = %q", s, got)
		}
		saysWhatToDo(t, err, kernel.KindInvalid, "tenant")
	}
}

func FuzzParseTenant(f *testing.F) {
	f.Add("630105")
	f.Add("+63010")
	f.Fuzz(func(t *testing.T, s string) {
		_, err := kernel.ParseTenant(s)
		six := len(s) == 6 && strings.Trim(s, "0123456789") == ""
		if (err == nil) != six {
			t.Errorf("ParseTenant(%q): %v", s, err)
		}
	})
}
