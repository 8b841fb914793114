package territory

import "testing"

func TestSpoken(t *testing.T) {
	for _, c := range []struct {
		text, estate, house string
		ok                  bool
	}{
		{"建材厂10号楼", "建材厂", "10", true},
		{"建材厂 10栋", "建材厂", "10", true},
		{"建材厂10号楼2单元", "建材厂", "10", true},
		{"柳树巷40号院3幢", "柳树巷40号院", "3", true},
		{"柳树巷40号院", "柳树巷", "40", true},
		{"建材厂010 号楼", "建材厂", "10", true},
		{"10号楼", "", "10", false},
		{"建材厂0栋", "建材厂", "", false},
		{"建材厂家属院", "", "", false},
		{"", "", "", false},
	} {
		estate, house, ok := Spoken(c.text)
		if estate != c.estate || house != c.house || ok != c.ok {
			t.Errorf("Spoken(%q) = %q, %q, %v; want %q, %q, %v", c.text, estate, house, ok, c.estate, c.house, c.ok)
		}
	}
	for name, want := range map[string]bool{"10号楼": true, "10栋": true, "10": true, "110号楼": false, "1号楼": false, "101号楼": false, "": false} {
		if got := IsHouse(name, "10"); got != want {
			t.Errorf("IsHouse(%q, 10) = %v", name, got)
		}
	}
}
