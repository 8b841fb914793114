package workflow

import "io"

// Decode reads one YAML document into v as strictly as Parse reads a flow: unknown keys, keys given twice, anchors, tags and
// anything over MaxSource bytes are refused with the line. It is for the other files that a district writes by hand.
func Decode(r io.Reader, v any) error {
	src, err := readSource(r)
	if err != nil {
		return err
	}
	_, err = decode(src, v)
	return err
}
