package api

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"sanzhi/internal/kernel"
)

// describe finishes the document: what huma cannot know of live updates, and an example for every answer and body, made of the
// examples of the fields.
func describe(doc *huma.OpenAPI) {
	reg := doc.Components.Schemas
	doc.AddOperation(&huma.Operation{Method: "GET", Path: "/stream", OperationID: "get-stream", Summary: "Live updates as server-sent events",
		Description: "For whoever is signed in. `hello` at the beginning; `case` {id, step, version, act, path} for a case that the reader may see and that moved; " +
			"`queue` {} when the reader's queue may have changed; `beat` {} every 20 seconds. It ends when the right to it does: open it again.",
		Security: []map[string][]string{{"token": {}}, {"session": {}}},
		Responses: map[string]*huma.Response{"200": {Description: "Events", Content: map[string]*huma.MediaType{"text/event-stream": {
			Schema:  &huma.Schema{Type: huma.TypeString},
			Example: "event: case\ndata: {\"id\":\"" + exampleID + "\",\"step\":\"submitted\",\"version\":2,\"act\":\"submit\",\"path\":\"630105/002/001/\"}\n\n"}}},
			"401": {Description: http.StatusText(http.StatusUnauthorized), Content: map[string]*huma.MediaType{"application/problem+json": {Schema: reg.Schema(typeOf[Problem](), true, "Problem")}}}}})
	for _, item := range doc.Paths {
		for _, o := range []*huma.Operation{item.Get, item.Post, item.Put, item.Patch, item.Delete} {
			if o == nil {
				continue
			}
			if o.RequestBody != nil {
				giveExamples(reg, o.RequestBody.Content, 0)
			}
			for status, r := range o.Responses {
				n, _ := strconv.Atoi(status) // "default" is none
				giveExamples(reg, r.Content, n)
			}
		}
	}
}

func giveExamples(reg huma.Registry, content map[string]*huma.MediaType, status int) {
	for kind, m := range content {
		switch {
		case m.Example != nil || m.Examples != nil || kind == "multipart/form-data" || strings.HasPrefix(kind, "image/"):
		case kind == "application/problem+json" && status != 0:
			m.Example = exampleProblem(status)
		case kind == "application/geo+json":
			m.Example = map[string]any{"type": "FeatureCollection", "truncated": false, "features": []any{map[string]any{"type": "Feature", "id": exampleID,
				"geometry":   map[string]any{"type": "Point", "coordinates": []any{101.7593426, 36.6484989}},
				"properties": map[string]any{"kind": "site", "name": "小桥社区服务中心", "code": "630105002001S01"}}}}
		default:
			m.Example = example(reg, "", m.Schema, 0)
		}
	}
}

func exampleProblem(status int) map[string]any {
	kind := kindOf(status)
	say := generalSay[kind]
	if say.IsZero() {
		say = titles[kind]
	}
	p := map[string]any{"type": "urn:sanzhi:" + string(kind), "title": titles[kind].Zh, "status": status, "detail": say.Zh, "trace": exampleID}
	if kind == kernel.KindInvalid {
		p["errors"] = []any{map[string]any{"field": "contact.phone", "message": "电话号码不对，请检查"}}
	}
	return p
}

// Examples of what has none of its own.
const (
	exampleID   = "01GZ03JSM0VNBXZ4X8JQ4A6Q5V"
	exampleTime = "2023-04-27T01:00:00Z"
)

// exampleWords are examples by the name of a member.
//
//nolint:gosec // passwords of nobody
var exampleWords = map[string]any{"name": "小桥社区", "code": "630105002001", "kind": "community", "kind_name": "社区", "text": "三楼到五楼都黑", "full_text": "三楼到五楼都黑",
	"user": "community-clerk-43", "password": "correct horse 9", "old": "green tea 77", "title": "楼道灯不亮", "label": "几盏", "lon": 101.7593426, "lat": 36.6484989, "say": "王* 接了单，今天上门换灯",
	"next": "", "reason": "约上门时间", "who": "李*", "phone": "138****5678", "where": "小桥社区 · 建设巷 3号楼", "step": "submitted", "step_title": "待下单", "number": "630105-20230427-7K3M9",
	"flow": "menu", "strand": "zi", "strands": []any{"zi", "fa"}, "version": 2, "round": 1, "district": "城北区", "tenant": "630105", "role": "community_clerk", "role_title": "社区工作者", "thumb": "/api/v1/photos/" + exampleID + "/thumb",
	"url": "/api/v1/photos/" + exampleID, "leaf": strings.Repeat("ab", 32), "digest": strings.Repeat("ab", 32), "signature": "c2lnbmF0dXJl", "via": "unit", "zh": "路灯不亮", "en": "Street lamp out",
	"device": "Firefox", "token": "szt_630105_…", "detail": "", "fields": []any{"phone"}, "may": []any{"case.read", "case.act"}, "source": "flow: menu …", "lang": "zh",
	"rate": 0.97, "num": 97, "den": 100, "bead": 3, "words": "居民来电催", "actor": "李*", "level": "warning", "rule": "lighting", "days": 90, "type": "text",
	"centre": []any{101.7593426, 36.6484989}, "bounds": []any{101.70, 36.60, 101.80, 36.70}, "used": 0.25, "state": "running", "value": 2, "said": "2", "char": "交", "line": "社区收到，交给了安居物业",
	"score": 5, "solved": true, "w": 1600, "h": 1200, "seq": 41, "load": 3, "sort": 1, "public": map[string]any{"number": "630105-20230427-7K3M9", "to": "submitted"}, "unit_phone": "0971-5500000", "end": "",
	"cause": "connection refused", "target": "https://example.org/hook", "track_code": "K7ND-4Q2M-9XAB-C0T", "action": "submit"}

// example makes an example of a schema. Members that may be left out stand in it too, down to some depth.
func example(reg huma.Registry, name string, s *huma.Schema, depth int) any {
	if s == nil {
		return nil
	}
	if s.Ref != "" {
		s = reg.SchemaFromRef(s.Ref)
	}
	switch {
	case len(s.Examples) > 0:
		return s.Examples[0]
	case len(s.Enum) > 0:
		return s.Enum[0]
	}
	if v, ok := exampleWords[name]; ok && v != nil && fits(s.Type, v) {
		return v
	}
	switch s.Type {
	case huma.TypeObject:
		return exampleObject(reg, s, depth)
	case huma.TypeArray:
		if depth > 8 {
			return []any{}
		}
		one := example(reg, strings.TrimSuffix(name, "s"), s.Items, depth+1)
		list := []any{one}
		for s.MinItems != nil && len(list) < *s.MinItems { // a point is two numbers
			list = append(list, one)
		}
		return list
	case huma.TypeString:
		switch s.Format {
		case "date-time":
			return exampleTime
		case "date":
			return exampleTime[:10]
		}
		return exampleID
	case huma.TypeInteger, huma.TypeNumber:
		return 1
	case huma.TypeBoolean:
		return false
	default:
		return nil
	}
}

func exampleObject(reg huma.Registry, s *huma.Schema, depth int) map[string]any {
	out := map[string]any{}
	if depth > 9 {
		return out
	}
	for k, p := range s.Properties {
		if k != "$schema" {
			out[k] = example(reg, k, p, depth+1)
		}
	}
	return out
}

// fits reports whether an example is of a schema's type.
func fits(t string, v any) bool {
	switch v.(type) {
	case string:
		return t == huma.TypeString || t == ""
	case bool:
		return t == huma.TypeBoolean
	case int:
		return t == huma.TypeInteger || t == huma.TypeNumber || t == ""
	case float64:
		return t == huma.TypeNumber || t == ""
	case []any:
		return t == huma.TypeArray
	default:
		return t == huma.TypeObject || t == ""
	}
}
