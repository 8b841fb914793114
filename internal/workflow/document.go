package workflow

import (
	"io"

	"github.com/goccy/go-yaml/ast"
)

// Document is a YAML file that was read as strictly as Parse reads a flow, and that still knows its lines.
type Document struct{ file *ast.File }

// DecodeDocument is Decode for a file whose faults of sense are to be told by line as well.
func DecodeDocument(r io.Reader, v any) (*Document, error) {
	src, err := readSource(r)
	if err != nil {
		return nil, err
	}
	file, err := decode(src, v)
	if err != nil {
		return nil, err
	}
	return &Document{file}, nil
}

// Line gives the line of a YAML path such as $.items[2].label, or of the nearest thing above it.
func (d *Document) Line(path string) int { return lineOf(d.file, path) }
