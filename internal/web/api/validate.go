package api

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"

	"sanzhi/internal/kernel"
)

// kindOf finds the kind of a status that huma gives. What is no JSON, or asks for another form of answer, is malformed.
func kindOf(status int) kernel.Kind {
	switch status {
	case http.StatusUnsupportedMediaType, http.StatusNotAcceptable, http.StatusRequestTimeout, http.StatusMethodNotAllowed:
		return kernel.KindMalformed
	}
	for k, s := range Status {
		if s == status {
			return k
		}
	}
	return kernel.KindInternal
}

var generalSay = map[kernel.Kind]kernel.Text{
	kernel.KindMalformed:   kernel.T("请求的格式不对，请检查后再送", "the request is not well formed; check it and send it again"),
	kernel.KindInvalid:     kernel.T("有的内容不合要求，请照提示改正", "some of it is not as it should be; correct what is named"),
	kernel.KindTooLarge:    kernel.T("送来的内容太大了，请分开送", "it is too large; send less at a time"),
	kernel.KindUnavailable: kernel.T("等得太久，请再试一次", "it took too long; please try again"),
	kernel.KindInternal:    kernel.T("系统出错了，已经记下，请稍后再试", "something went wrong on our side; it is recorded, please try again later"),
}

// humaProblem turns an error that huma itself found (a body that is no JSON, a field outside its bounds) into a problem in
// the reader's language, with the field. A parameter of the address that cannot be read as what it is, is malformed.
func humaProblem(ctx huma.Context, status int, msg string, errs ...error) huma.StatusError {
	c := context.Background()
	if ctx != nil {
		c = ctx.Context()
	}
	lang, kind := LangOf(c), kindOf(status)
	say := generalSay[kind]
	if say.IsZero() {
		say = kernel.T("这个请求办不了", "the request cannot be done")
	}
	p := &Problem{Type: "urn:sanzhi:" + string(kind), Title: titles[kind].In(lang), Status: Status[kind], Detail: say.In(lang), Trace: TraceOf(c)}
	if kind == kernel.KindUnavailable {
		p.retry = 2
	}
	if kind == kernel.KindInternal {
		slog.ErrorContext(c, "request failed", "trace", p.Trace, "cause", errors.Join(append(errs, errors.New(msg))...))
	}
	for _, err := range errs {
		var d *huma.ErrorDetail
		if errors.As(err, &d) {
			p.Errors = append(p.Errors, FieldProblem{Field: fieldOf(d), Message: fieldSay(d.Message).In(lang)})
		}
	}
	return p
}

// fieldOf names the field as the client wrote it: contact.phone, photos[1], lon. What is missing is named by its own name.
func fieldOf(d *huma.ErrorDetail) string {
	f := d.Location
	if name, ok := between(d.Message, "expected required property ", " to be present"); ok {
		f += "." + name
	}
	for _, p := range []string{"body.", "query.", "path.", "header."} {
		f = strings.TrimPrefix(f, p)
	}
	return f
}

// between gives what stands between two parts of a text.
func between(s, before, after string) (string, bool) {
	_, s, ok := strings.Cut(s, before)
	if !ok {
		return "", false
	}
	return strings.CutSuffix(s, after)
}

// wording is how one message of huma's validation is said to people. A message begins with part; what follows it is put in
// the place of {}.
type wording struct {
	part string
	say  kernel.Text
}

// wordings cover all messages of huma's validation package; a test holds the two lists together. A longer part stands before
// a shorter one that it begins with.
var wordings = []wording{
	{"expected required property ", kernel.T("缺少这一项", "this is missing")},
	{"expected property ", kernel.T("还缺少和它一起填的另一项", "another member that goes with it is missing")},
	{"unexpected property", kernel.T("没有这一项，请去掉", "there is no such member; leave it out")},
	{"expected length >= ", kernel.T("太短了，至少要 {} 个字符", "it is too short; at least {} characters")},
	{"expected length <= ", kernel.T("太长了，最多 {} 个字符", "it is too long; at most {} characters")},
	{"expected number >= ", kernel.T("数值太小，至少要 {}", "the number is too small; at least {}")},
	{"expected number <= ", kernel.T("数值太大，最多 {}", "the number is too large; at most {}")},
	{"expected number > ", kernel.T("数值太小，要大于 {}", "the number is too small; more than {}")},
	{"expected number < ", kernel.T("数值太大，要小于 {}", "the number is too large; less than {}")},
	{"expected number to be a multiple of ", kernel.T("要是 {} 的倍数", "it must be a multiple of {}")},
	{"expected value to be one of ", kernel.T("请从这几项里选一个：{}", "choose one of {}")},
	{"expected array length >= ", kernel.T("项数太少，至少要 {} 项", "too few items; at least {}")},
	{"expected array length <= ", kernel.T("项数太多，最多 {} 项", "too many items; at most {}")},
	{"expected array items to be unique", kernel.T("有重复的项，请去掉", "an item is there twice; remove one")},
	{"expected object with at least ", kernel.T("内容太少了", "it has too few members")},
	{"expected object with at most ", kernel.T("内容太多了", "it has too many members")},
	{"expected string to be RFC 3339 date-time", kernel.T("时间应写成 2023-04-28T09:00:00+08:00", "write the time like 2023-04-28T09:00:00+08:00")},
	{"expected string to be RFC 1123 date-time", kernel.T("时间的写法不对", "the time is not written as it should be")},
	{"expected string to be RFC 3339 date", kernel.T("日期应写成 2023-04-28", "a date is written like 2023-04-28")},
	{"expected string to be RFC 3339 time", kernel.T("时刻应写成 09:00:00", "a time is written like 09:00:00")},
	{"expected string to be RFC 5322 email", kernel.T("邮箱地址不对", "the e-mail address is not valid")},
	{"expected string to be base64 encoded", kernel.T("内容要用 base64 编码", "it must be base64")},
	{"expected string to be", kernel.T("写法不对，请照说明填写", "it is not written as it should be")},
	{"expected string to match pattern", kernel.T("写法不对，请照说明填写", "it is not written as it should be")},
	{"expected string", kernel.T("这里要填文字", "this must be a text")},
	{"expected boolean", kernel.T("这里只能填 true 或 false", "this must be true or false")},
	{"expected integer", kernel.T("这里要填整数", "this must be a whole number")},
	{"expected number", kernel.T("这里要填数字", "this must be a number")},
	{"expected array", kernel.T("这里要填一组内容", "this must be a list")},
	{"expected object", kernel.T("这里要填一个对象", "this must be an object")},
	{"expected duration", kernel.T("时长的写法不对", "the duration is not written as it should be")},
	{"expected value to match", kernel.T("内容不合要求", "it is not one of the forms that are possible here")},
	{"expected value to not match", kernel.T("内容不合要求", "it is a form that is not possible here")},
	{"expected propertyName value to be present", kernel.T("缺少说明种类的那一项", "the member that names its kind is missing")},
	{"required query parameter is missing", kernel.T("缺少这一项", "this is missing")},
	{"required path parameter is missing", kernel.T("缺少这一项", "this is missing")},
	{"required header parameter is missing", kernel.T("缺少这一项", "this is missing")},
	{"invalid integer", kernel.T("这里要填整数", "this must be a whole number")},
	{"invalid float", kernel.T("这里要填数字", "this must be a number")},
	{"invalid boolean", kernel.T("这里只能填 true 或 false", "this must be true or false")},
	{"invalid date/time", kernel.T("时间应写成 2023-04-28T09:00:00+08:00", "write the time like 2023-04-28T09:00:00+08:00")},
	{"unknown content type", kernel.T("请用 JSON 格式送来（Content-Type: application/json）", "send JSON (Content-Type: application/json)")},
	{"unknown accept media type", kernel.T("只能用 JSON 格式回答", "answers are JSON")},
	{"request body is required", kernel.T("请求里没有内容", "the request has no body")},
	{"unexpected end of JSON", kernel.T("JSON 没有写完整", "the JSON is cut off")},
	{"invalid character", kernel.T("JSON 写得不对", "the JSON is not well formed")},
	{"json: ", kernel.T("JSON 写得不对", "the JSON is not well formed")},
	{unreadable, kernel.T("文字里有读不了的字符，请重新输入", "the text has characters that cannot be read; type it again")},
}

// fieldSay words the faults that huma finds in a field.
func fieldSay(msg string) kernel.Text {
	for _, m := range wordings {
		if rest, ok := strings.CutPrefix(msg, m.part); ok {
			return kernel.T(strings.ReplaceAll(m.say.Zh, "{}", rest), strings.ReplaceAll(m.say.En, "{}", rest))
		}
	}
	return kernel.T("内容不合要求", "it is not as it should be")
}

// unreadable is the message of the fault that a body holds what no store can keep.
const unreadable = "unreadable characters"

// jsonFormat reads and writes bodies. A zero character, or bytes that are no UTF-8, would be refused by the store much later;
// they are malformed here, on every route.
func jsonFormat() huma.Format {
	f := huma.DefaultJSONFormat
	plain := f.Unmarshal
	f.Unmarshal = func(data []byte, v any) error {
		if !utf8.Valid(data) || bytes.Contains(data, []byte(`\u0000`)) {
			return errors.New(unreadable)
		}
		return plain(data, v)
	}
	return f
}
