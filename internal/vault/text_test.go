package vault

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"sanzhi/internal/kernel"
)

func TestNormalisePhone(t *testing.T) {
	for in, want := range map[string]string{
		"13812345678":       "13812345678",
		"138 1234 5678":     "13812345678",
		"+86 138-1234-5678": "13812345678",
		"0086 13812345678":  "13812345678",
		"8613812345678":     "13812345678",
		"１３８１２３４５６７８":       "13812345678",
		"＋８６－１３８１２３４５６７８": "13812345678",
		"19912345678":    "19912345678",
		"0971-6123456":   "09716123456",
		"(0971) 6123456": "09716123456",
		"（０９７１）６１２３４５６": "09716123456",
		"010-62345678":        "01062345678",
		"+86 10 6234 5678":    "01062345678",
		"+86 971 6123456":     "09716123456",
		"021 5234 5678":       "02152345678",
		"0755—82345678":       "075582345678",
		"  138\u00a012345678": "13812345678",

		"": "", "110": "", "6123456": "", "1381234567": "", "138123456789": "", "12812345678": "",
		"+1 2025550123": "", "1381234567x": "", "010-6234567": "", "0971-1123456": "", "13812345678+": "",
		"13812345678 转 3": "", "٠١٢": "", "+": "", "86": "", "0260-1234567": "",
	} {
		got, err := NormalisePhone("contact.phone", in)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("NormalisePhone(%q) = %q, %v; want %q", in, got, err, want)
		}
		if err != nil && !kernel.Is(err, kernel.KindInvalid) {
			t.Errorf("NormalisePhone(%q): kind %s", in, kernel.KindOf(err))
		}
	}
}

func FuzzNormalisePhone(f *testing.F) {
	for _, s := range []string{"+86 138-1234-5678", "０９７１６１２３４５６", "8610 62345678", "++86"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		once, err := NormalisePhone("", s)
		if err != nil {
			return
		}
		if twice, err := NormalisePhone("", once); err != nil || twice != once {
			t.Fatalf("%q → %q → %q, %v", s, once, twice, err)
		}
		if MaskPhone(s) == once || strings.Contains(MaskPhone(s), once[3:8]) {
			t.Fatalf("%q is masked as %q", s, MaskPhone(s))
		}
	})
}

func TestMasks(t *testing.T) {
	for in, want := range map[string]string{
		"张三": "张*", "张": "张*", "欧阳娜娜": "欧阳*", "欧阳": "欧*", " 李小明 ": "李*", "阿迪力·买买提": "阿*", "": "",
		"Wang Wei": "W***", "Mr Wang": "Mr W***", "Mrs. li": "Mrs. L***", "o'neil": "O***", "Mr": "M***", "Dr 7": "Dr ***",
		"13812345678": "*", "*": "*", "张三丰13812345678": "张*", "诸葛 亮": "诸葛*",
	} {
		if got := MaskName(in); got != want {
			t.Errorf("MaskName(%q) = %q, want %q", in, got, want)
		}
	}
	for in, want := range map[string]string{
		"13812345678": "138****5678", "+86 138 1234 5678": "138****5678", "0971-6123456": "0971****456", "01062345678": "010****5678",
		"075582345678": "0755****5678", "": "", "6123456": "****", "张三": "****",
	} {
		if got := MaskPhone(in); got != want {
			t.Errorf("MaskPhone(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestMaskAddress(t *testing.T) {
	for in, want := range map[string]string{
		"湟水花园3号楼2单元501室":                           "湟水花园3号楼",
		"湟水花园３号楼２单元５０１":                            "湟水花园3号楼",
		"祁连路25号湟水花园12栋1204":                        "祁连路25号湟水花园12栋",
		"湟水花园三号楼二单元五楼东户":                           "湟水花园三号楼",
		"小桥大街8号院甲栋3单元":                             "小桥大街8号院甲栋",
		"万达广场B座1803":                               "万达广场B座",
		"湟水花园 3-2-501":                             "湟水花园 3",
		"湟水花园2单元501":                               "湟水花园",
		"祁连路25号501室":                               "祁连路25号",
		"祁连路25号 501":                               "祁连路25号",
		"祁连路25号":                                   "祁连路25号",
		"湟水花园501":                                  "湟水花园",
		"湟水花园东门":                                   "湟水花园东门",
		"大堡子镇陶北村三社":                                "大堡子镇陶北村三社",
		"":                                         "",
		"Room 501, Building 3, Huangshui Garden":   "Building 3, Huangshui Garden",
		"Building 3 Room 501, Huangshui Garden 12": "Building 3 Huangshui Garden",
		"Apt. 5B, Qilian Road":                     "Qilian Road",
		"5th floor, Wanda Plaza":                   "Wanda Plaza",
	} {
		if got := MaskAddress(in); got != want {
			t.Errorf("MaskAddress(%q) = %q, want %q", in, got, want)
		}
	}
}

// However the parts of an address are written, the room's number never shows.
func TestMaskAddressHidesRooms(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		room := fmt.Sprint(rapid.IntRange(1000, 9999).Draw(t, "room"))
		pick := func(name string, of ...string) string { return rapid.SampledFrom(of).Draw(t, name) }
		address := pick("street", "", "祁连路25号", "小桥大街8号院", "五一路") + pick("compound", "湟水花园", "朝阳小区", "3号院") +
			pick("building", "", "3号楼", "十二栋", "B座", "7幢") + pick("entrance", "", "2单元", "东单元", "2-", " ") + room +
			pick("end", "", "室", "户", "房", "，张三收", "号")
		if got := MaskAddress(address); strings.Contains(got, room) && !strings.HasSuffix(address, room+"号") {
			t.Fatalf("%s → %s", address, got)
		}
	})
}

func TestTrackCodeForm(t *testing.T) {
	c, err := NewTrackCode("630105", nil)
	if err != nil {
		t.Fatal(err)
	}
	shown := c.Grouped()
	if len(shown) != 18 || strings.Count(shown, "-") != 3 || strings.ContainsAny(shown, "ILOU") {
		t.Errorf("shown as %s", shown)
	}
	if s := fmt.Sprintf("%v %s %#v", c, c, c); strings.Contains(s, string(c[4:])) || strings.Contains(s, shown[5:]) {
		t.Errorf("printing shows the code: %s", s)
	}
	// 630105 = 19·32³ + 7·32² + 10·32 + 25
	if !strings.HasPrefix(string(c), "K7AS") {
		t.Errorf("tenant part of %s", string(c))
	}
	d, _ := NewTrackCode("630105", nil)
	if c == d {
		t.Error("two codes are equal")
	}
	for _, bad := range []kernel.Tenant{"", "63010", "63010x", "6301055"} {
		if _, err := NewTrackCode(bad, nil); err == nil {
			t.Errorf("tenant %q: accepted", bad)
		}
	}
	k := ring(t)
	if h := k.TrackHash(c); len(h) != 64 || h == k.TrackHash(d) || h == ring(t).TrackHash(c) {
		t.Errorf("hash %s", h)
	}
}

func TestTrackCodeForgives(t *testing.T) {
	code := func(v ...byte) TrackCode {
		v = append(v, checkDigit(v))
		s := ""
		for _, d := range v {
			s += string(alphabet[d])
		}
		return TrackCode(s)
	}
	// K7AS then 0 1 0 1 …, so that the letters that look like digits are tried.
	c := code(19, 7, 10, 25, 0, 1, 0, 1, 0, 1, 31, 30, 29, 28)
	g := c.Grouped()
	looks := strings.NewReplacer("0", "O", "1", "l")
	for _, typed := range []string{string(c), g, strings.ToLower(g), " " + strings.ReplaceAll(g, "-", " ") + "\n", looks.Replace(g),
		strings.ReplaceAll(g, "1", "I"), strings.ReplaceAll(g, "-", "——"), strings.ReplaceAll(g, "0", "０"), strings.Join(strings.Split(g, ""), " ")} {
		got, tenant, err := ParseTrackCode(typed)
		if err != nil || got != c || tenant != "630105" {
			t.Errorf("ParseTrackCode(%q) = %q, %q, %v", typed, string(got), tenant, err)
		}
	}
	// A right check character does not save a tenant number beyond 999999.
	for _, bad := range []string{"", string(c[:14]), string(c) + "0", strings.Replace(string(c), "K", "U", 1), "张" + string(c[1:]),
		string(code(31, 31, 31, 31, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))} {
		if _, _, err := ParseTrackCode(bad); !kernel.Is(err, kernel.KindInvalid) {
			t.Errorf("ParseTrackCode(%q): %v", bad, err)
		}
	}
}

// Every change of one character and every exchange of two characters, near or far, is noticed.
func TestTrackCodeCheckIsExhaustive(t *testing.T) {
	tenants := []kernel.Tenant{"630105", "000001", "110101", "991234", "522230"}
	for n := range 40 {
		c, err := NewTrackCode(tenants[n%len(tenants)], nil)
		if err != nil {
			t.Fatal(err)
		}
		for i := range trackLen {
			for _, r := range []byte(alphabet) {
				wrong := []byte(string(c))
				wrong[i] = r
				if _, _, err := ParseTrackCode(string(wrong)); err == nil && r != c[i] {
					t.Fatalf("%s passes for %s", wrong, string(c))
				}
			}
			for j := range i {
				wrong := []byte(string(c))
				wrong[i], wrong[j] = wrong[j], wrong[i]
				if _, _, err := ParseTrackCode(string(wrong)); err == nil && c[i] != c[j] {
					t.Fatalf("%s passes for %s", wrong, string(c))
				}
			}
		}
	}
}

func FuzzParseTrackCode(f *testing.F) {
	c, _ := NewTrackCode("630105", nil)
	f.Add(c.Grouped())
	f.Add("K7AS-0101-01ZY-XW0")
	f.Fuzz(func(t *testing.T, s string) {
		c, tenant, err := ParseTrackCode(s)
		if err != nil {
			return
		}
		again, same, err := ParseTrackCode(c.Grouped())
		if err != nil || again != c || same != tenant {
			t.Fatalf("%q → %q → %q, %v", s, string(c), string(again), err)
		}
		if _, err := kernel.ParseTenant(string(tenant)); err != nil {
			t.Fatal(err)
		}
	})
}

func TestCaseSuffix(t *testing.T) {
	seen := map[string]bool{}
	for range 200 {
		s, err := NewCaseSuffix(nil)
		if err != nil || len(s) != 5 || strings.Trim(s, alphabet) != "" {
			t.Fatalf("%q, %v", s, err)
		}
		seen[s] = true
	}
	if len(seen) < 190 { // 2^25 values: even two equal ones are rare
		t.Errorf("only %d different suffixes of 200", len(seen))
	}
	if _, err := NewCaseSuffix(strings.NewReader("abc")); err == nil {
		t.Error("a generator that ends made a suffix")
	}
}
