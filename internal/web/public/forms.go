package public

import (
	"context"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"sanzhi/internal/kernel"
	"sanzhi/internal/web/api"
)

// Bounds of what a form may bring. The interface bounds each photo, and judges everything else.
const (
	mostFiles = 3
	mostForm  = 40 << 20
	mostField = 16 << 10
	mostParts = 200
)

// sent is a form as it came.
type sent struct {
	url.Values
	photos map[string][]string // ids of uploaded photos by the name of their question
	faults map[string]string   // what was wrong with a photo
	ctx    context.Context
	end    context.CancelFunc
}

var tokenForm = regexp.MustCompile(`^[a-z2-7]{26}$`)

// receive reads a form of fields and photos. Photos are handed on as they come, never kept here; a form that is sent again under its
// token uploads none twice.
func (v *visit) receive() (*sent, error) {
	// A slow line has two minutes for its photos; the answer comes after them.
	c := http.NewResponseController(v.w)
	_ = c.SetReadDeadline(time.Now().Add(2 * time.Minute))
	_ = c.SetWriteDeadline(time.Now().Add(3 * time.Minute))
	v.r.Body = http.MaxBytesReader(v.w, v.r.Body, mostForm)
	f := &sent{Values: url.Values{}, photos: map[string][]string{}, faults: map[string]string{}}
	mr, err := v.r.MultipartReader()
	if err != nil {
		return nil, unread(err)
	}
	for n := 0; ; n++ {
		part, err := mr.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil || n > mostParts {
			return nil, unread(err)
		}
		if part.FileName() != "" {
			if err := v.upload(f, part); err != nil {
				return nil, err
			}
			continue
		}
		b, err := io.ReadAll(io.LimitReader(part, mostField+1))
		if err != nil {
			return nil, unread(err)
		}
		if len(b) > mostField {
			return nil, &kernel.Error{Kind: kernel.KindTooLarge, Field: part.FormName(), Say: kernel.T("写得太长了，请短一点", "that is too long; please shorten it")}
		}
		f.Add(part.FormName(), strings.ToValidUTF8(strings.ReplaceAll(string(b), "\x00", ""), ""))
	}
	for name, ids := range f.Values {
		if q, ok := strings.CutPrefix(name, "had."); ok {
			f.photos[q] = append(ids, f.photos[q]...)
		}
	}
	// From here on it is a request like any other.
	f.ctx, f.end = context.WithTimeout(v.r.Context(), 20*time.Second)
	return f, nil
}

func unread(err error) error {
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return &kernel.Error{Kind: kernel.KindTooLarge, Say: kernel.T("照片太大了，请少带几张或者换小一点的", "the photos are too large; bring fewer or smaller ones"), Cause: err}
	}
	return kernel.Malformed("form", kernel.T("表单没有传完整，请返回再送一次", "the form did not arrive whole; go back and send it again"))
}

func (v *visit) upload(f *sent, part *multipart.Part) error {
	token, name := f.Get("token"), strings.TrimPrefix(part.FormName(), "photo.")
	if !tokenForm.MatchString(token) || len(f.photos[name]) >= mostFiles {
		_, err := io.Copy(io.Discard, part)
		return err
	}
	edge := "sanzhi" + token
	body := io.MultiReader(strings.NewReader("--"+edge+"\r\nContent-Disposition: form-data; name=\"photo\"; filename=\"photo\"\r\nContent-Type: application/octet-stream\r\n\r\n"),
		part, strings.NewReader("\r\n--"+edge+"--\r\n"))
	var got api.Uploaded
	ctx, end := context.WithTimeout(v.r.Context(), 2*time.Minute)
	defer end()
	key := token + "-" + name + "-" + strconv.Itoa(len(f.photos[name]))
	err := v.call(ctx, http.MethodPost, "/uploads", body, "multipart/form-data; boundary="+edge, key, &got)
	var p *api.Problem
	switch {
	case errors.As(err, &p):
		f.faults[name] = p.Detail
		_, err = io.Copy(io.Discard, part)
		if err != nil {
			return unread(err)
		}
	case err != nil:
		return err
	default:
		f.photos[name] = append(f.photos[name], string(got.ID))
	}
	return nil
}

// question is one question of a form with what was answered and what is wrong with it.
type question struct {
	api.Field
	Said    string
	Chosen  map[string]bool
	Had     []string // photos that are here already
	Wrong   string
	Numeric bool
}

func questions(fields []api.Field, f *sent, wrong map[string]string) []question {
	out := make([]question, 0, len(fields))
	for _, x := range fields {
		q := question{Field: x, Chosen: map[string]bool{}, Wrong: wrong[x.ID], Numeric: x.Type == "number" || x.Type == "integer"}
		if f != nil {
			q.Said, q.Had = f.Get("f."+x.ID), f.photos[x.ID]
			for _, c := range f.Values["f."+x.ID] {
				q.Chosen[c] = true
			}
		}
		out = append(out, q)
	}
	return out
}

// answers turns what was sent into the answers that the interface takes.
func answers(fields []api.Field, f *sent) map[string]any {
	out := map[string]any{}
	for _, x := range fields {
		said := strings.TrimSpace(f.Get("f." + x.ID))
		switch x.Type {
		case "photos":
			if l := f.photos[x.ID]; len(l) > 0 {
				out[x.ID] = l
			}
		case "choices":
			if l := f.Values["f."+x.ID]; len(l) > 0 {
				out[x.ID] = l
			}
		case "boolean":
			if said != "" {
				out[x.ID] = said == "yes"
			}
		case "number", "integer":
			if n, err := strconv.ParseFloat(strings.ReplaceAll(said, "，", "."), 64); err == nil {
				out[x.ID] = n
			} else if said != "" {
				out[x.ID] = said // the interface says what is wrong with it
			}
		default:
			if said != "" {
				out[x.ID] = said
			}
		}
	}
	return out
}

var prefix = regexp.MustCompile(`^(body\.)?(form\.)?`)

// wrongs gives what is wrong by the name of the question, and the rest of what was said.
func wrongs(p *api.Problem) map[string]string {
	out := map[string]string{}
	for _, e := range p.Errors {
		name, _, _ := strings.Cut(prefix.ReplaceAllString(e.Field, ""), "[")
		out[name] = e.Message
	}
	return out
}

// asking is what the template of questions gets.
type asking struct {
	Page      page
	Questions []question
}

// With gives questions to their template, with the page that they stand on.
func (p page) With(q []question) asking { return asking{p, q} }
