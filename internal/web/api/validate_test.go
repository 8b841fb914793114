package api

import (
	"context"
	"regexp"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/validation"

	"sanzhi/internal/kernel"
)

// humaSays are all messages of huma's validation, with values for their verbs, and those of its reading of parameters.
var humaSays = []string{
	validation.MsgUnexpectedProperty, validation.MsgExpectedRFC3339DateTime, validation.MsgExpectedRFC1123DateTime, validation.MsgExpectedRFC3339Date,
	validation.MsgExpectedRFC3339Time, validation.MsgExpectedRFC5322Email, validation.MsgExpectedRFC5890Hostname, validation.MsgExpectedRFC2673IPv4,
	validation.MsgExpectedRFC2373IPv6, validation.MsgExpectedRFCIPAddr, validation.MsgExpectedRFC3986URI, validation.MsgExpectedRFC4122UUID,
	validation.MsgExpectedRFC6570URITemplate, validation.MsgExpectedRFC6901JSONPointer, validation.MsgExpectedRFC6901RelativeJSONPointer,
	validation.MsgExpectedRegexp, validation.MsgExpectedMatchAtLeastOneSchema, validation.MsgExpectedMatchExactlyOneSchema,
	validation.MsgExpectedNotMatchSchema, validation.MsgExpectedPropertyNameInObject, validation.MsgExpectedBoolean, validation.MsgExpectedDuration,
	validation.MsgExpectedNumber, validation.MsgExpectedInteger, validation.MsgExpectedString, validation.MsgExpectedBase64String,
	validation.MsgExpectedArray, validation.MsgExpectedObject, validation.MsgExpectedArrayItemsUnique, validation.MsgExpectedOneOf,
	validation.MsgExpectedMinimumNumber, validation.MsgExpectedExclusiveMinimumNumber, validation.MsgExpectedMaximumNumber,
	validation.MsgExpectedExclusiveMaximumNumber, validation.MsgExpectedNumberBeMultipleOf, validation.MsgExpectedMinLength, validation.MsgExpectedMaxLength,
	validation.MsgExpectedBePattern, validation.MsgExpectedMatchPattern, validation.MsgExpectedMinItems, validation.MsgExpectedMaxItems,
	validation.MsgExpectedMinProperties, validation.MsgExpectedMaxProperties, validation.MsgExpectedRequiredProperty, validation.MsgExpectedDependentRequiredProperty,
	"required query parameter is missing", "required path parameter is missing", "required header parameter is missing", "invalid integer", "invalid float",
	"invalid boolean", "invalid date/time for format 2006", "unknown content type: a/b", "request body is required", "unexpected end of JSON input",
	"invalid character 'x' looking for beginning of value", "json: cannot unmarshal", unreadable,
}

// Nothing that huma says reaches a person in its own words.
func TestAllMessagesAreWorded(t *testing.T) {
	verb := regexp.MustCompile(`%[vds]`)
	fallback := fieldSay("something that huma never says")
	for _, m := range humaSays {
		said := verb.ReplaceAllString(m, "7")
		got := fieldSay(said)
		if got == fallback || got.Zh == "" || got.En == "" || strings.Contains(got.Zh+got.En, "{}") {
			t.Errorf("%q is not worded: %+v", said, got)
		}
		if strings.ContainsAny(got.Zh, "!！") || strings.Contains(got.En, "expected") {
			t.Errorf("%q: %+v", said, got)
		}
	}
	for msg, want := range map[string]kernel.Text{
		"expected length >= 2":                       kernel.T("太短了，至少要 2 个字符", "it is too short; at least 2 characters"),
		"expected number":                            kernel.T("这里要填数字", "this must be a number"),
		"expected number <= 5":                       kernel.T("数值太大，最多 5", "the number is too large; at most 5"),
		`expected value to be one of "wgs84, gcj02"`: kernel.T(`请从这几项里选一个："wgs84, gcj02"`, `choose one of "wgs84, gcj02"`),
	} {
		if got := fieldSay(msg); got != want {
			t.Errorf("%q: %+v", msg, got)
		}
	}
}

func TestFieldOf(t *testing.T) {
	for _, f := range []struct{ location, message, want string }{
		{"body.contact.phone", "expected string", "contact.phone"},
		{"body", "expected required property text to be present", "text"},
		{"body.contact", "expected required property phone to be present", "contact.phone"},
		{"body.photos[1]", "expected string", "photos[1]"},
		{"query.lon", "invalid float", "lon"},
		{"body", "expected object", "body"},
	} {
		if got := fieldOf(&huma.ErrorDetail{Location: f.location, Message: f.message}); got != f.want {
			t.Errorf("%s %q: field %q, want %q", f.location, f.message, got, f.want)
		}
	}
}

// The table from kinds to statuses is whole, and each kind has a title in both languages.
func TestStatusIsWhole(t *testing.T) {
	seen := map[int]kernel.Kind{}
	for _, k := range kernel.AllKinds {
		if Status[k] == 0 || titles[k].Zh == "" || titles[k].En == "" {
			t.Errorf("%s has no status or no title", k)
		}
		if was, ok := seen[Status[k]]; ok {
			t.Errorf("%s and %s are one status", k, was)
		}
		seen[Status[k]] = k
	}
}

// A route must say who may use it, in exactly one way.
func TestUndeclaredRoutesDoNotStart(t *testing.T) {
	for _, o := range []op{{method: "GET", path: "/x"}, {method: "GET", path: "/x", open: "why", signed: true}, {method: "GET", path: "/x", open: "why", perm: "case.read"}} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%+v started", o)
				}
			}()
			handle(&Server{}, nil, o, func(context.Context, *struct{}) (*struct{}, error) { return nil, nil })
		}()
	}
}
