package arch

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// link finds [words](where) and ![words](where) of Markdown.
var link = regexp.MustCompile(`!?\[[^\]]*\]\(([^)\s]+)\)`)

// broken gives the links of a document that lead to no file: `file:line where`.
func broken(path, text string, exists func(string) bool) (out []string) {
	fenced := false
	for n, line := range strings.Split(text, "\n") {
		if strings.HasPrefix(strings.TrimSpace(line), "```") {
			fenced = !fenced
		}
		if fenced {
			continue
		}
		for _, m := range link.FindAllStringSubmatch(line, -1) {
			where, _, _ := strings.Cut(m[1], "#")
			if where == "" || strings.Contains(where, "://") || strings.HasPrefix(where, "mailto:") {
				continue
			}
			if !exists(filepath.Join(filepath.Dir(path), filepath.FromSlash(where))) {
				out = append(out, fmt.Sprintf("%s:%d %s", filepath.ToSlash(path), n+1, m[1]))
			}
		}
	}
	return out
}

// Every picture and every file that the documents lead to is there; every guide and every picture is led to, in both languages.
func TestTheDocumentsLeadSomewhere(t *testing.T) {
	root := filepath.Join("..", "..")
	exists := func(p string) bool { _, err := os.Stat(p); return err == nil }
	var docs []string
	for _, pattern := range []string{"*.md", "bench/*.md", "bench/*/*.md"} {
		found, err := filepath.Glob(filepath.Join(root, filepath.FromSlash(pattern)))
		if err != nil {
			t.Fatal(err)
		}
		docs = append(docs, found...)
	}
	all := ""
	err := filepath.WalkDir(filepath.Join(root, "docs"), func(path string, d fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, ".md") {
			docs = append(docs, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(docs) < 30 {
		t.Fatalf("only %d documents were found", len(docs))
	}
	for _, d := range docs {
		raw, err := os.ReadFile(d)
		if err != nil {
			t.Fatal(err)
		}
		all += string(raw)
		for _, b := range broken(d, string(raw), exists) {
			t.Error("a link to nothing: " + b)
		}
	}
	for _, pattern := range []string{"docs/images/*.png", "docs/guide/*.md"} {
		found, _ := filepath.Glob(filepath.Join(root, filepath.FromSlash(pattern)))
		if len(found) == 0 {
			t.Errorf("nothing is at %s", pattern)
		}
		for _, f := range found {
			name := filepath.Base(f)
			if !strings.Contains(all, "/"+name) && !strings.Contains(all, "("+name) {
				t.Errorf("no document shows %s", name)
			}
			if base, ok := strings.CutSuffix(name, ".md"); ok {
				other := strings.TrimSuffix(base, ".zh-CN")
				if other == base {
					other += ".zh-CN"
				}
				if !exists(filepath.Join(filepath.Dir(f), other+".md")) {
					t.Errorf("%s has no %s.md beside it", name, other)
				}
			}
		}
	}
}

func TestPlantedLinks(t *testing.T) {
	there := func(p string) bool {
		return filepath.ToSlash(p) == "docs/a.md" || filepath.ToSlash(p) == "docs/images/x.png"
	}
	text := "[a](a.md#part) ![x](images/x.png) [web](https://example.org) [here](#below)\n[gone](b.md)\n```\n[not a link](c.md)\n```\n![no](images/y.png)"
	got := strings.Join(broken(filepath.Join("docs", "one.md"), text, there), " | ")
	if want := "docs/one.md:2 b.md | docs/one.md:6 images/y.png"; got != want {
		t.Errorf("found %q, want %q", got, want)
	}
}
