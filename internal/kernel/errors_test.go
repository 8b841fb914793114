package kernel_test

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sanzhi/internal/kernel"
)

// saysWhatToDo checks that err is of the kind, names the field, and speaks to people in both languages.
func saysWhatToDo(t *testing.T, err error, kind kernel.Kind, field string) {
	t.Helper()
	var e *kernel.Error
	if !errors.As(err, &e) {
		t.Errorf("%v is no *kernel.Error", err)
		return
	}
	if e.Kind != kind || e.Field != field || e.Say.Zh == "" || e.Say.En == "" {
		t.Errorf("kind %q field %q says %+v; want kind %q, field %q and both languages", e.Kind, e.Field, e.Say, kind, field)
	}
}

func TestConstructors(t *testing.T) {
	say, cause := kernel.T("数量不对", "the amount is wrong"), errors.New("disk full")
	tests := []struct {
		err   error
		kind  kernel.Kind
		field string
		cause error
	}{
		{kernel.Malformed("body", say), kernel.KindMalformed, "body", nil},
		{kernel.Unsigned(), kernel.KindUnsigned, "", nil},
		{kernel.Forbidden(say), kernel.KindForbidden, "", nil},
		{kernel.NotFound(say), kernel.KindNotFound, "", nil},
		{kernel.Conflict(say), kernel.KindConflict, "", nil},
		{kernel.Invalid("amount", say), kernel.KindInvalid, "amount", nil},
		{kernel.TooLarge("photo", say, nil), kernel.KindTooLarge, "photo", nil},
		{kernel.TooLarge("body", say, cause), kernel.KindTooLarge, "body", cause},
		{kernel.TooMany(say), kernel.KindTooMany, "", nil},
		{kernel.Unavailable(say, cause), kernel.KindUnavailable, "", cause},
		{kernel.Internal("cases.Accept", cause), kernel.KindInternal, "", cause},
	}
	var made []kernel.Kind
	for _, tt := range tests {
		t.Run(string(tt.kind), func(t *testing.T) {
			saysWhatToDo(t, tt.err, tt.kind, tt.field)
			wrapped := fmt.Errorf("while importing: %w", tt.err)
			for _, k := range kernel.AllKinds {
				if got := kernel.Is(wrapped, k); got != (k == tt.kind) {
					t.Errorf("Is(%v, %s) = %v", wrapped, k, got)
				}
			}
			if tt.cause != nil && !errors.Is(tt.err, tt.cause) {
				t.Errorf("%v lost its cause", tt.err)
			}
			if tt.cause == nil && errors.Unwrap(tt.err) != nil {
				t.Errorf("%v has a cause from nowhere", tt.err)
			}
		})
		made = append(made, tt.kind)
	}
	for _, k := range kernel.AllKinds {
		if !slices.Contains(made, k) {
			t.Errorf("no constructor makes %s", k)
		}
	}
}

func TestErrorForTheLog(t *testing.T) {
	err := &kernel.Error{Kind: kernel.KindInvalid, Field: "rows[3].phone", Say: kernel.T("电话不对", "not a phone number"), Cause: errors.New("12 digits")}
	if got, want := err.Error(), "invalid: rows[3].phone: not a phone number: 12 digits"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got, want := kernel.NotFound(kernel.T("没有", "not there")).Error(), "not_found: not there"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got := kernel.Internal("store.Load", errors.New("locked")).Error(); !strings.HasSuffix(got, "store.Load: locked") {
		t.Errorf("%q does not name the call", got)
	}
}

// A cause is for the log: what people read must not contain it.
func TestCauseIsNotSaid(t *testing.T) {
	for _, err := range []error{kernel.Internal("f", errors.New("s3cret")), kernel.Unavailable(kernel.T("请稍后再试", "try again later"), errors.New("s3cret"))} {
		var e *kernel.Error
		if !errors.As(err, &e) || strings.Contains(e.Say.Zh+e.Say.En, "s3cret") {
			t.Errorf("%+v tells its cause", e)
		}
	}
}

func TestKindOfForeignErrors(t *testing.T) {
	if got := kernel.KindOf(errors.New("x")); got != kernel.KindInternal {
		t.Errorf("KindOf a foreign error = %s", got)
	}
	for _, k := range kernel.AllKinds {
		if kernel.Is(nil, k) {
			t.Errorf("no error is %s", k)
		}
	}
}

func TestText(t *testing.T) {
	tests := []struct {
		text   kernel.Text
		zh, en string
		zero   bool
	}{
		{kernel.T("接单", "accept"), "接单", "accept", false},
		{kernel.T("接单", ""), "接单", "接单", false},
		{kernel.T("", "accept"), "", "accept", false},
		{kernel.Text{}, "", "", true},
	}
	for _, tt := range tests {
		got := []string{tt.text.In(kernel.Chinese), tt.text.In(kernel.English), tt.text.In("fr"), strconv.FormatBool(tt.text.IsZero())}
		if diff := cmp.Diff([]string{tt.zh, tt.en, tt.zh, strconv.FormatBool(tt.zero)}, got); diff != "" {
			t.Errorf("%+v (-want +got):\n%s", tt.text, diff)
		}
	}
}

// A closed set and its list are compared with the source, so that a new constant cannot be forgotten in the list.
func TestListsAreWhole(t *testing.T) {
	lists := map[string][]string{"Role": texts(kernel.AllRoles), "Kind": texts(kernel.AllKinds), "Qualifier": texts(kernel.AllQualifiers)}
	for file, typ := range map[string]string{"actor.go": "Role", "errors.go": "Kind", "quantity.go": "Qualifier"} {
		if diff := cmp.Diff(constants(t, file, typ), lists[typ]); diff != "" {
			t.Errorf("constants of %s and their list (-source +list):\n%s", typ, diff)
		}
	}
}

func texts[S ~string](all []S) []string {
	var out []string
	for _, s := range all {
		out = append(out, string(s))
	}
	return out
}

// constants reads the values of a type's constants from a source file, in order.
func constants(t *testing.T, file, typ string) []string {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	ast.Inspect(f, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if id, ok := spec.Type.(*ast.Ident); !ok || id.Name != typ || len(spec.Values) != 1 {
			return true
		}
		if lit, ok := spec.Values[0].(*ast.BasicLit); ok {
			s, err := strconv.Unquote(lit.Value)
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, s)
		}
		return true
	})
	return out
}
