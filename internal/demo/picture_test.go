package demo

import (
	"encoding/xml"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
)

// TestPicture draws the district and the middle of the town. With DEMO_SVG set to a path without extension it also leaves
// both drawings there, for a person to look at.
func TestPicture(t *testing.T) {
	d := built(t)
	c := d.Place("630105").Shape.Bound().Center()
	for name, svg := range map[string]string{"district": RenderSVG(d, c, 7500, 8200, 12), "town": RenderSVG(d, Middle, 2000, 1500, 2.5)} {
		if out := os.Getenv("DEMO_SVG"); out != "" {
			if err := os.WriteFile(out+"-"+name+".svg", []byte(svg), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		paths := 0
		for dec := xml.NewDecoder(strings.NewReader(svg)); ; {
			tok, err := dec.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if e, ok := tok.(xml.StartElement); ok && e.Name.Local == "path" {
				paths++
			}
		}
		if paths < 638+70+7+1 || !strings.Contains(svg, "不是行政区域界线") {
			t.Errorf("%s: %d paths, or the notice is missing", name, paths)
		}
	}
}
