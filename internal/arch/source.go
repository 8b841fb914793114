package arch

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
)

// Finding is one broken rule: where, which, and what to do about it.
type Finding struct {
	File string // path below the module root, or the folder of a package
	Line int    // 1-based, or 0 for the whole file
	Rule string // layer, sideways, planning, pure, clock, engine, cmd, unknown, outside, doc, long, skip, word, text
	Say  string
}

func (f Finding) String() string {
	if f.Line == 0 {
		return fmt.Sprintf("%s: %s: %s", f.File, f.Rule, f.Say)
	}
	return fmt.Sprintf("%s:%d: %s: %s", f.File, f.Line, f.Rule, f.Say)
}

// source is one file of the module that the rules read.
type source struct {
	path string // slash-separated, below the root
	text string
	test bool // Go or TypeScript test file
	// For Go files only:
	file *ast.File
	fset *token.FileSet
}

func (s *source) dir() string { return path.Dir(s.path) }

func (s *source) line(p token.Pos) int { return s.fset.Position(p).Line }

func (s *source) generated() bool {
	if strings.HasSuffix(s.path, ".d.ts") || strings.Contains(path.Base(s.path), ".gen.") {
		return true
	}
	return s.file != nil && ast.IsGenerated(s.file)
}

// Folders that hold nothing written for the project: by name wherever they stand, and by path.
var (
	notOurs      = []string{"node_modules", "testdata", "vendor"}
	notOursPaths = []string{"bin", "data", "test-results", "ui/dist", "ui/test-results"}
)

// kinds are the endings of the files that are read.
var kinds = []string{".go", ".ts", ".mjs", ".vue", ".sh", ".sql", ".md", ".yml", ".yaml", ".css", ".html"}

// read gathers the module's files from its root. A Go file that does not parse is an error: the compiler would say so too.
func read(root fs.FS) ([]*source, error) {
	var all []*source
	err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if name != "." && (strings.HasPrefix(d.Name(), ".") || slices.Contains(notOurs, d.Name()) || slices.Contains(notOursPaths, name)) {
				return fs.SkipDir
			}
			return nil
		}
		if !d.Type().IsRegular() || (!slices.Contains(kinds, path.Ext(name)) && d.Name() != "Makefile") {
			return nil
		}
		text, err := fs.ReadFile(root, name)
		if err != nil {
			return err
		}
		s := &source{path: name, text: string(text)}
		s.test = strings.HasSuffix(name, "_test.go") || strings.Contains(d.Name(), ".test.") || strings.Contains(d.Name(), ".spec.")
		if path.Ext(name) == ".go" {
			s.fset = token.NewFileSet()
			if s.file, err = parser.ParseFile(s.fset, name, text, parser.ParseComments|parser.SkipObjectResolution); err != nil {
				return err
			}
		}
		all = append(all, s)
		return nil
	})
	return all, err
}

// imports gives the import paths of a Go file with their lines.
func (s *source) imports() map[string]int {
	out := map[string]int{}
	for _, spec := range s.file.Imports {
		p, err := strconv.Unquote(spec.Path.Value)
		if err == nil {
			out[p] = s.line(spec.Pos())
		}
	}
	return out
}

// Check reads the tree of a module and reports what breaks the rules, in the order of files and lines. module is the
// module's path as go.mod gives it. The error is a file that cannot be read or parsed.
func Check(root fs.FS, module string) ([]Finding, error) {
	all, err := read(root)
	if err != nil {
		return nil, err
	}
	var found []Finding
	for _, s := range all {
		if s.file != nil {
			found = append(found, importRules(s, module)...)
			found = append(found, clockRule(s)...)
			found = append(found, textRule(s)...)
		}
		found = append(found, skipRule(s)...)
		found = append(found, lengthRule(s)...)
		found = append(found, wordRule(s)...)
	}
	found = append(found, docRule(all)...)
	slices.SortFunc(found, func(a, b Finding) int {
		if c := strings.Compare(a.File, b.File); c != 0 {
			return c
		}
		return cmp.Or(a.Line-b.Line, strings.Compare(a.Rule, b.Rule), strings.Compare(a.Say, b.Say))
	})
	return slices.Compact(found), nil
}
