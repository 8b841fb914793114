package cli

import (
	"reflect"
	"testing"

	"sanzhi/internal/kernel"
)

// TestTheFaceIsJoinedWhole finds a room that the face serves and that nobody joined to it: a nil that would fail at the first request.
func TestTheFaceIsJoinedWhole(t *testing.T) {
	dir := t.TempDir()
	e := &env{ctx: t.Context(), clock: kernel.SystemClock{}, global: &globals{Data: dir}}
	a, err := e.open(true)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = a.close() }()
	allJoined(t, "", reflect.ValueOf(a.deps("630105", false, false)))
}

func allJoined(t *testing.T, under string, deps reflect.Value) {
	t.Helper()
	for i := range deps.NumField() {
		name := under + deps.Type().Field(i).Name
		switch f := deps.Field(i); f.Kind() {
		case reflect.Pointer, reflect.Interface, reflect.Func, reflect.Map, reflect.Slice:
			if f.IsNil() {
				t.Errorf("%s is not joined", name)
			}
		case reflect.Struct:
			allJoined(t, name+".", f)
		}
	}
}
