package workflow

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"sanzhi/internal/kernel"
)

// MaxSource bounds a flow or a script, in bytes; maxNesting bounds how deep its lists and mappings lie in each other.
const (
	MaxSource  = 256 << 10
	maxNesting = 32
)

// Parse reads one flow from YAML. Unknown keys, keys given twice, anchors and aliases, a second document and anything over
// MaxSource bytes are refused (KindInvalid; KindTooLarge for the size) with the line as the field: "line 12". Parse checks
// the form only; Lint checks the sense.
func Parse(r io.Reader) (*Flow, error) {
	src, err := readSource(r)
	if err != nil {
		return nil, err
	}
	f := &Flow{}
	if _, err := decode(src, f); err != nil {
		return nil, err
	}
	return f, nil
}

// Check parses and lints at once, and gives each finding the line of the source that it concerns.
func Check(r io.Reader) (*Flow, []Finding, error) {
	src, err := readSource(r)
	if err != nil {
		return nil, nil, err
	}
	f := &Flow{}
	file, err := decode(src, f)
	if err != nil {
		return nil, nil, err
	}
	findings := Lint(f)
	for i := range findings {
		findings[i].Line = lineOf(file, findings[i].path)
	}
	return f, findings, nil
}

func readSource(r io.Reader) ([]byte, error) {
	src, err := io.ReadAll(io.LimitReader(r, MaxSource+1))
	if err != nil {
		return nil, kernel.Internal("workflow.Parse", err)
	}
	if len(src) > MaxSource {
		return nil, kernel.TooLarge("", kernel.T("文件太大，最多 256 KB", "the file is too large; at most 256 KB"), nil)
	}
	return src, nil
}

// decode reads one YAML document strictly into v.
func decode(src []byte, v any) (file *ast.File, err error) {
	// The YAML library walks a document it half understood; a panic of its is a fault of the document, not of the program.
	defer func() {
		if p := recover(); p != nil {
			file, err = nil, at(1, fmt.Errorf("yaml: %v", p))
		}
	}()
	if err := checkTokens(lexer.Tokenize(string(src))); err != nil {
		return nil, err
	}
	file, err = parser.ParseBytes(src, 0)
	if err != nil {
		return nil, explain(err)
	}
	docs := 0
	for _, d := range file.Docs {
		if d.Body != nil {
			docs++
		}
	}
	if docs != 1 {
		return nil, kernel.Invalid("line 1", kernel.T("一个文件里要写一份，而且只写一份", "a file holds one document, and only one"))
	}
	dec := yaml.NewDecoder(bytes.NewReader(src), yaml.Strict())
	if err := dec.Decode(v); err != nil {
		return nil, explain(err)
	}
	return file, nil
}

// checkTokens refuses what could make a small text large (aliases) or a parser deep (nesting).
func checkTokens(tokens token.Tokens) error {
	depth, entries, row := 0, 0, 0 // entries counts "- - -" and "? ?" of one row, which nest too
	for _, t := range tokens {
		if t.Position != nil && t.Position.Line != row {
			row, entries = t.Position.Line, 0
		}
		switch t.Type {
		case token.AnchorType, token.AliasType, token.MergeKeyType, token.TagType:
			return kernel.Invalid(line(t), kernel.T("不能用 &、*、<< 或 ! 这些 YAML 写法，请直接写出内容；文字以它们开头时请加引号",
				"the YAML signs &, *, << and ! are not used here; write the content out, and put a text that begins with one in quotes"))
		case token.MappingStartType, token.SequenceStartType:
			depth++
		case token.MappingEndType, token.SequenceEndType:
			depth--
		case token.SequenceEntryType, token.MappingKeyType:
			entries++
		default:
		}
		if depth > maxNesting || entries > maxNesting || t.Position != nil && t.Position.IndentNum > 8*maxNesting {
			return kernel.Invalid(line(t), kernel.T("嵌套太深，请改写得平一些", "nested too deeply; write it flatter"))
		}
	}
	return nil
}

func line(t *token.Token) string {
	if t == nil || t.Position == nil {
		return "line 1"
	}
	return "line " + strconv.Itoa(t.Position.Line)
}

// explain turns an error of the YAML library into one for people: its line, and what to do.
func explain(err error) error {
	var e yaml.Error
	if !errors.As(err, &e) {
		return at(1, err)
	}
	where, msg := line(e.GetToken()), e.GetMessage()
	n := strings.TrimPrefix(where, "line ")
	var unknown *yaml.UnknownFieldError
	var twice *yaml.DuplicateKeyError
	var kind *yaml.TypeError
	var node *yaml.UnexpectedNodeTypeError
	say := kernel.T("第 "+n+" 行的 YAML 写法不对，请检查缩进、冒号和引号", "line "+n+" is not valid YAML ("+msg+"); check indentation, colons and quotes")
	switch {
	case errors.As(err, &unknown):
		key := e.GetToken().Value
		say = kernel.T("第 "+n+" 行的「"+key+"」不认识，请对照格式说明改正或删去", "line "+n+": the key \""+key+"\" is not known; see the description of the format, or remove it")
	case errors.As(err, &twice):
		key := e.GetToken().Value
		say = kernel.T("第 "+n+" 行的「"+key+"」写了两次，请留一个", "line "+n+": the key \""+key+"\" is given twice; keep one")
	case errors.As(err, &kind), errors.As(err, &node):
		say = kernel.T("第 "+n+" 行的内容类型不对，请对照格式说明", "line "+n+": this is not the kind of value that belongs here ("+msg+")")
	}
	return &kernel.Error{Kind: kernel.KindInvalid, Field: where, Say: say, Cause: err}
}

func at(n int, cause error) error {
	return &kernel.Error{Kind: kernel.KindInvalid, Field: "line " + strconv.Itoa(n), Cause: cause,
		Say: kernel.T("文件读不懂，请检查 YAML 写法", "the file cannot be read; check its YAML")}
}

// lineOf finds the line of a YAML path such as $.actions[2].guard, or of the nearest thing above it; 0 when unknown.
func lineOf(file *ast.File, path string) int {
	for path != "" && path != "$" {
		if p, err := yaml.PathString(path); err == nil {
			if n, err := p.FilterFile(file); err == nil && n != nil && n.GetToken() != nil {
				return firstLine(n)
			}
		}
		path = path[:max(strings.LastIndexAny(path, ".["), 0)]
	}
	return 1
}

// firstLine gives the line on which a node begins; the token of a mapping is its first colon.
func firstLine(n ast.Node) int {
	if m, ok := n.(*ast.MappingNode); ok && len(m.Values) > 0 {
		return m.Values[0].Key.GetToken().Position.Line
	}
	return n.GetToken().Position.Line
}
