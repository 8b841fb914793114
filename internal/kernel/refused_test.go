package kernel_test

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"sanzhi/internal/kernel"
)

func TestRefusedIn(t *testing.T) {
	for label, want := range map[string]string{
		"宗教信仰": "religion", "民族": "ethnicity", "政治面貌": "politics", "健康状况": "health", "health": "health", "health_notes": "health",
		"人脸照片": "biometric", "指纹": "biometric", "身份证号": "id_number", "ID number": "id_number", "id-card": "id_number", "行动轨迹": "movement",
		"live location": "movement", "社会关系": "relations", "重点人员": "ranking", "Religion": "religion", "居民评分": "ranking", "race": "ethnicity",
		"姓名": "", "宗教场所消防检查": "", "民族团结进步宣传": "", "健康讲座场次": "", "grace": "", "trace": "", "interface id": "", "healthy": "", "灭火器": "", "public health": "",
		"民族团结进步，填写民族": "ethnicity", "电话": "",
	} {
		r, found := kernel.RefusedIn(label)
		if r.ID != want || found != (want != "") {
			t.Errorf("%s: %q, want %q", label, r.ID, want)
		}
	}
	for _, r := range kernel.RefusedTerms {
		if r.Say.Zh == "" || r.Say.En == "" || len(r.Words) == 0 {
			t.Errorf("%s is not whole", r.ID)
		}
		for _, w := range r.Words {
			if got, _ := kernel.RefusedIn("请填 " + w + " 。"); got.ID == "" {
				t.Errorf("%s is not found", w)
			}
		}
	}
}

// number makes an identity number of its parts, by the standard's own words: Σ aᵢ·2^(18−i) ≡ 1 (mod 11).
func number(body string) string {
	for _, c := range "0123456789X" {
		v := int(c - '0')
		if c == 'X' {
			v = 10
		}
		sum := v
		for i, d := range body {
			sum += int(d-'0') * (1 << (17 - i))
		}
		if sum%11 == 1 {
			return body + string(c)
		}
	}
	panic("no check digit")
}

func TestHoldsIDNumber(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := number(fmt.Sprintf("%06d%04d%02d%02d%03d", rapid.IntRange(110000, 659999).Draw(t, "place"), rapid.IntRange(1900, 2099).Draw(t, "year"),
			rapid.IntRange(1, 12).Draw(t, "month"), rapid.IntRange(1, 28).Draw(t, "day"), rapid.IntRange(0, 999).Draw(t, "order")))
		sep := rapid.SampledFrom([]string{"", " ", "-", "　"}).Draw(t, "between")
		at := rapid.IntRange(1, 17).Draw(t, "at")
		for _, text := range []string{n, "我的号码是" + n + "，谢谢", n[:at] + sep + n[at:], "电话 " + n, n + " 13812345678"} {
			if !kernel.HoldsIDNumber(text) {
				t.Fatalf("%s is not found", text)
			}
		}
		wrong := []byte(n)
		wrong[16] = '0' + (wrong[16]-'0'+1)%10
		if kernel.HoldsIDNumber(string(wrong)) {
			t.Fatalf("%s has a wrong check digit", wrong)
		}
	})
	for text, want := range map[string]bool{
		"１１０１０５１９４９１２３１００２Ｘ": true, "11010519491231002x": true, "110105194912310021": false, "电话 13812345678": false, "630105-20230428-7K3M9": false,
		"收据 12345678901234567": false, "": false, "110105194913310025": false,
	} {
		if kernel.HoldsIDNumber(text) != want {
			t.Errorf("%s: want %v", text, want)
		}
	}
}

func TestClean(t *testing.T) {
	if s, err := kernel.Clean("text", "  装路灯  ", 2, 10); s != "装路灯" || err != nil {
		t.Errorf("%q %v", s, err)
	}
	for _, bad := range []string{"", "短", "这一句话实在太长太长太长了", "11010519491231002X", "\xff灯坏了", "灯\x00坏"} {
		if _, err := kernel.Clean("text", bad, 2, 12); !kernel.Is(err, kernel.KindInvalid) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}
