package kernel

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Refused is one thing that the program does not hold about people, with the words that a form's field asking for it bears.
type Refused struct {
	ID  string
	Say Text // what it is
	// Words are looked for in 中文 anywhere, in English as whole words; But lists what looks alike and is something else.
	Words, But []string
}

// RefusedTerms lists what no flow form, checklist or set of criteria may ask of a resident (the boundaries of the program; see
// docs/privacy.md). Linters hold every label and id against it.
var RefusedTerms = []Refused{
	{ID: "religion", Say: T("宗教信仰", "religion"), Words: []string{"宗教", "信仰", "信教", "religion", "religious", "faith"},
		But: []string{"宗教场所", "宗教活动场所", "good faith", "religious venue", "religious site"}},
	{ID: "ethnicity", Say: T("民族", "ethnicity"), Words: []string{"民族", "种族", "ethnicity", "ethnic", "race", "ethnic group"},
		But: []string{"民族团结", "民族路", "民族风情", "民族文化", "中华民族", "race track", "boat race"}},
	{ID: "politics", Say: T("政治观点", "political opinion"), Words: []string{"政治面貌", "政治观点", "政治倾向", "思想动态", "思想状况", "political opinion", "political status", "political views"}},
	{ID: "health", Say: T("健康状况", "health"), Words: []string{"健康", "病史", "病情", "疾病", "病种", "诊断", "患病", "残疾等级", "精神状态", "health", "illness", "disease", "diagnosis", "medical history", "medical condition", "disability"},
		But: []string{"健康讲座", "健康步道", "健康教育", "健康小屋", "健康服务", "公共卫生", "health station", "health centre", "health center", "health talk", "public health", "health and safety", "occupational health", "health service"}},
	{ID: "biometric", Say: T("人脸、指纹、声纹", "face, fingerprint or voice print"), Words: []string{"人脸", "面部识别", "指纹", "声纹", "虹膜", "掌纹", "fingerprint", "face id", "face scan", "face photo", "facial", "voice print", "voiceprint", "iris", "biometric"}},
	{ID: "id_number", Say: T("身份证号码", "identity number"), Words: []string{"身份证", "公民身份号码", "证件号", "id number", "id card", "identity number", "identity card", "national id", "passport number"}},
	{ID: "movement", Say: T("行踪轨迹", "movements"), Words: []string{"行踪", "行动轨迹", "活动轨迹", "位置记录", "去向记录", "实时位置", "location history", "whereabouts", "movement history", "live location"}},
	{ID: "relations", Say: T("社会关系", "relations"), Words: []string{"社会关系", "关系图", "来往人员", "亲属名单", "relation graph", "social relations", "associates"}},
	{ID: "ranking", Say: T("对居民打分、排名或标签", "a score, rank or label of a resident"), Words: []string{"重点人员", "重点人群标签", "风险等级人员", "人员风险等级", "居民评分", "居民积分排名", "信用分", "稳控", "上访人员",
		"troublemaker", "risk person", "resident score", "credit score", "petitioner"}},
}

// RefusedIn tells whether a label or an id asks for something that the program does not hold.
func RefusedIn(label string) (Refused, bool) {
	s := strings.ToLower(strings.NewReplacer("_", " ", "-", " ", ".", " ").Replace(label))
	s = strings.Join(strings.Fields(s), " ")
	for _, r := range RefusedTerms {
		rest := s
		for _, b := range r.But {
			rest = strings.ReplaceAll(rest, b, "|")
		}
		for _, w := range r.Words {
			if holdsWord(rest, w) {
				return r, true
			}
		}
	}
	return Refused{}, false
}

// holdsWord finds a Chinese word anywhere and an English one between characters that are no letters.
func holdsWord(s, w string) bool {
	if w[0] >= utf8.RuneSelf {
		return strings.Contains(s, w)
	}
	for at := 0; ; {
		i := strings.Index(s[at:], w)
		if i < 0 {
			return false
		}
		from, to := at+i, at+i+len(w)
		if !isLatin(s, from-1) && !isLatin(s, to) {
			return true
		}
		at = from + 1
	}
}

func isLatin(s string, i int) bool { return i >= 0 && i < len(s) && s[i] >= 'a' && s[i] <= 'z' }

// HoldsIDNumber reports whether a text holds a resident identity number of 18 digits (GB 11643): a province, a date of birth
// and a check digit that fit. Full-width digits, and spaces or hyphens between the digits, do not hide one.
func HoldsIDNumber(text string) bool {
	var run []byte
	for _, c := range text {
		if c >= '０' && c <= '９' || c == 'Ｘ' || c == 'ｘ' {
			c -= 0xFEE0
		}
		switch {
		case c >= '0' && c <= '9', c == 'X':
			run = append(run, byte(c))
		case c == 'x':
			run = append(run, 'X')
		case strings.ContainsRune(" -－　·.", c):
		default:
			if numberIn(run) {
				return true
			}
			run = run[:0]
		}
	}
	return numberIn(run)
}

func numberIn(run []byte) bool {
	for i := 0; i+18 <= len(run); i++ {
		if isIDNumber(run[i : i+18]) {
			return true
		}
	}
	return false
}

var idWeights = [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}

func isIDNumber(d []byte) bool {
	sum := 0
	for i, w := range idWeights {
		if d[i] < '0' || d[i] > '9' {
			return false
		}
		sum += int(d[i]-'0') * w
	}
	if d[17] != "10X98765432"[sum%11] || d[0] < '1' || d[0] > '9' {
		return false
	}
	born, err := time.Parse("20060102", string(d[6:14]))
	return err == nil && born.Year() >= 1900 && born.Year() < 2100
}

// CheckWords refuses a free text that holds what the program must not keep: nothing needs an identity number, so none is stored.
func CheckWords(field, text string) error {
	if HoldsIDNumber(text) {
		return Invalid(field, T("文字里有身份证号码，这里不需要，也不保存，请删掉后再提交", "the text holds an identity number; it is not needed here and not kept: remove it and send again"))
	}
	return nil
}

// Clean trims a free text, checks its length in characters and refuses what must not be kept.
func Clean(field, text string, least, most int) (string, error) {
	text = strings.TrimSpace(text)
	if !utf8.ValidString(text) || slices.Contains([]byte(text), 0) {
		return "", Invalid(field, T("文字里有读不了的字符，请重新输入", "the text has characters that cannot be read; type it again"))
	}
	switch n := utf8.RuneCountInString(text); {
	case n < least && n == 0:
		return "", Invalid(field, T("这一项要填", "this must be filled in"))
	case n < least:
		return "", Invalid(field, T("太短了，请写清楚一些", "too short; please say a little more"))
	case n > most:
		return "", Invalid(field, T("太长了，请写短一些", "too long; please shorten it"))
	}
	return text, CheckWords(field, text)
}
