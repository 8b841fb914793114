package arch

import (
	"fmt"
	"go/ast"
	"go/token"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Limits of a file that is not a test and not generated, in lines. A file over budget is looked at; one over the limit
// does not pass.
const (
	budget = 500
	limit  = 700
)

// lengthRule refuses files that nobody reads in one sitting.
func lengthRule(s *source) []Finding {
	if n := s.lines(); n > limit && s.counted() {
		return []Finding{{s.path, 0, "long", fmt.Sprintf("%d lines, the limit is %d and the budget %d: split it by idea", n, limit, budget)}}
	}
	return nil
}

func (s *source) lines() int { return strings.Count(s.text, "\n") }

func (s *source) counted() bool {
	ours := false
	for _, end := range []string{".go", ".ts", ".mjs", ".vue", ".sh"} {
		ours = ours || strings.HasSuffix(s.path, end)
	}
	return ours && !s.test && !s.generated()
}

// skipRule refuses tests that step aside: what cannot be tested here fails and says what is missing.
func skipRule(s *source) []Finding {
	if s.file == nil {
		return uiSkips(s)
	}
	var found []Finding
	ast.Inspect(s.file, func(n ast.Node) bool {
		var params *ast.FieldList
		var body *ast.BlockStmt
		switch f := n.(type) {
		case *ast.FuncDecl:
			params, body = f.Type.Params, f.Body
		case *ast.FuncLit:
			params, body = f.Type.Params, f.Body
		}
		if body == nil {
			return true
		}
		names := testingNames(params)
		ast.Inspect(body, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok {
				if x, sel := selector(call.Fun); slices.Contains(names, x) && strings.HasPrefix(sel, "Skip") && sel != "Skipped" {
					found = append(found, Finding{s.path, s.line(call.Pos()), "skip",
						"a test never skips: fail and say what is missing, or draw only the values that fit"})
				}
			}
			return true
		})
		return true
	})
	return found
}

var uiSkip = regexp.MustCompile(`\b(it|test|describe|suite)\.(skip|todo|only|skipIf|runIf)\b|\bx(it|describe)\(|\bt\.(skip|todo)\(|\b(skip|only|todo):`)

// uiSkips finds the same in TypeScript, and the mark that silently leaves out all other tests.
func uiSkips(s *source) []Finding {
	var found []Finding
	if !s.test {
		return nil
	}
	for i, l := range strings.Split(s.text, "\n") {
		if m := uiSkip.FindString(l); m != "" {
			found = append(found, Finding{s.path, i + 1, "skip", m + ": every test runs, every time"})
		}
	}
	return found
}

// testingNames gives the names of the parameters whose type is one of testing's.
func testingNames(params *ast.FieldList) []string {
	var names []string
	for _, p := range params.List {
		t := p.Type
		if star, ok := t.(*ast.StarExpr); ok {
			t = star.X
		}
		if pkg, sel := selector(t); pkg == "testing" && slices.Contains([]string{"T", "B", "F", "TB"}, sel) {
			for _, n := range p.Names {
				names = append(names, n.Name)
			}
		}
	}
	return names
}

// clockRule keeps the machine's clock out of the pure rooms, save for the one place that wraps it.
func clockRule(s *source) []Finding {
	if s.test || !placeOf(s.dir()).pure() || s.path == "internal/kernel/clock.go" {
		return nil
	}
	var found []Finding
	ast.Inspect(s.file, func(n ast.Node) bool {
		e, ok := n.(ast.Expr)
		if !ok {
			return true
		}
		if pkg, sel := selector(e); pkg == "time" && slices.Contains([]string{"Now", "Since", "Until"}, sel) {
			found = append(found, Finding{s.path, s.line(n.Pos()), "clock", "time comes from kernel.Clock or from the Tx, never from time." + sel})
		}
		return true
	})
	return found
}

// shout is an exclamation mark at the end of a word; alone it is a sign that is talked about.
var shout = regexp.MustCompile(`[\pL\pN]!|！`)

// textRule reads the literal texts that people will see: both languages, and no exclamation mark in either.
func textRule(s *source) []Finding {
	if s.test {
		return nil
	}
	var found []Finding
	ast.Inspect(s.file, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || len(call.Args) != 2 {
			return true
		}
		if pkg, sel := selector(call.Fun); pkg != "kernel" || sel != "T" {
			return true
		}
		for i, lang := range []string{"中文", "English"} {
			lit, ok := call.Args[i].(*ast.BasicLit)
			if !ok || lit.Kind != token.STRING {
				continue
			}
			words, err := strconv.Unquote(lit.Value)
			switch {
			case err != nil:
			case strings.TrimSpace(words) == "":
				found = append(found, Finding{s.path, s.line(lit.Pos()), "text", "the text is missing in " + lang})
			case shout.MatchString(words):
				found = append(found, Finding{s.path, s.line(lit.Pos()), "text", "no exclamation marks: say it calmly"})
			}
		}
		return true
	})
	return found
}

// selector takes x.sel apart; both are empty for anything else.
func selector(e ast.Expr) (x, sel string) {
	se, ok := e.(*ast.SelectorExpr)
	if !ok {
		return "", ""
	}
	id, ok := se.X.(*ast.Ident)
	if !ok {
		return "", ""
	}
	return id.Name, se.Sel.Name
}

// forbidden are marks of work left undone and of one person's machine.
var forbidden = []struct {
	pattern    *regexp.Regexp
	say        string
	notInTests bool // a failing test may well say so
}{
	{regexp.MustCompile(`(//|#|/\*|<!--|--)\s*(TODO|FIXME|XXX|HACK)\b|\b(TODO|FIXME|XXX|HACK)[:(]`), "finish it, or write an issue and say plainly what falls short", false},
	{regexp.MustCompile(`(?i)\bnot (yet )?implemented\b`), "a thing that does not work yet does not exist yet: leave it out", true},
	{regexp.MustCompile(`(^|[\s"'(=:])/(home|root|Users|work)/`), "a path of one person's machine", false},
	{regexp.MustCompile(`(?i)\blorem ipsum\b`), "write the real words", false},
}

// wordRule refuses the forbidden words in every file that people read, this rule's own table apart.
func wordRule(s *source) []Finding {
	if strings.HasPrefix(s.path, "internal/arch/") {
		return nil
	}
	var found []Finding
	for i, l := range strings.Split(s.text, "\n") {
		for _, f := range forbidden {
			if s.test && f.notInTests {
				continue
			}
			if m := f.pattern.FindString(l); m != "" {
				found = append(found, Finding{s.path, i + 1, "word", fmt.Sprintf("%q: %s", strings.TrimSpace(m), f.say)})
			}
		}
	}
	return found
}

// tagged reports whether the file is built only under some tags.
func (s *source) tagged() bool {
	return slices.ContainsFunc(s.file.Comments, func(c *ast.CommentGroup) bool {
		return c.End() < s.file.Package && strings.HasPrefix(c.List[0].Text, "//go:build ")
	})
}

// docRule asks of each package one paragraph that says why it exists.
func docRule(all []*source) []Finding {
	type pkg struct {
		name string
		docs []*source
	}
	pkgs := map[string]*pkg{}
	for _, s := range all {
		if s.file == nil || s.test {
			continue
		}
		p := pkgs[s.dir()]
		if p == nil {
			p = &pkg{name: s.file.Name.Name}
			pkgs[s.dir()] = p
		}
		if s.file.Doc != nil && strings.TrimSpace(s.file.Doc.Text()) != "" {
			p.docs = append(p.docs, s)
		}
	}
	var found []Finding
	for dir, p := range pkgs {
		opening := "Package " + p.name + " "
		switch {
		case len(p.docs) == 0:
			found = append(found, Finding{dir, 0, "doc", "the package has no comment; one paragraph says why it exists"})
		case len(p.docs) > 1 && !p.docs[0].tagged() && !p.docs[1].tagged(): // what builds apart may be told apart
			found = append(found, Finding{p.docs[1].path, 1, "doc", "a second package comment; the first stands in " + p.docs[0].path})
		case p.name != "main" && !strings.HasPrefix(p.docs[0].file.Doc.Text(), opening):
			found = append(found, Finding{p.docs[0].path, 1, "doc", fmt.Sprintf("the package comment begins with %q", opening)})
		case utf8.RuneCountInString(p.docs[0].file.Doc.Text()) < len(opening)+20:
			found = append(found, Finding{p.docs[0].path, 1, "doc", "the package comment does not say why the package exists"})
		}
	}
	return found
}
