package demo

import (
	"os"
	"testing"
)

// TestPicture draws the district for a person to look at.
func TestPicture(t *testing.T) {
	out := os.Getenv("DEMO_SVG")
	if out == "" {
		t.Skip("set DEMO_SVG to a path without extension to draw the district")
	}
	d, err := Build(DefaultSeed)
	if err != nil {
		t.Fatal(err)
	}
	c := d.Place("630105").Shape.Bound().Center()
	for name, svg := range map[string]string{"district": RenderSVG(d, c, 7500, 8200, 12), "town": RenderSVG(d, Middle, 2000, 1500, 2.5)} {
		if err := os.WriteFile(out+"-"+name+".svg", []byte(svg), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
