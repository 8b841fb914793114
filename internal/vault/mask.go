package vault

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// compoundSurnames are the two-character surnames of the 百家姓 and others still borne today.
var compoundSurnames = func() map[string]bool {
	m := map[string]bool{}
	for _, s := range strings.Fields(`欧阳 上官 皇甫 司马 诸葛 东方 独孤 慕容 令狐 司徒 司空 尉迟 长孙 宇文 轩辕 夏侯 公孙 公羊 公冶 太史
		申屠 端木 南宫 西门 东郭 澹台 濮阳 淳于 单于 仲孙 钟离 闻人 赫连 拓跋 呼延 完颜 耶律 万俟 鲜于 闾丘 亓官 司寇 巫马 公西
		漆雕 乐正 壤驷 宗政 百里 东野 谷梁 即墨 达奚 贺兰 第五 纳兰 叶赫 哥舒`) {
		m[s] = true
	}
	return m
}()

var latinTitles = map[string]bool{"mr": true, "mrs": true, "ms": true, "miss": true, "dr": true, "prof": true}

// MaskName leaves a surname: 张三 becomes 张*, 欧阳娜娜 becomes 欧阳*, "Mr Wang" becomes "Mr W***". The number of stars says
// nothing of the name's length. A text that does not begin with a letter (a number typed into the wrong box) becomes *.
func MaskName(name string) string {
	name = strings.TrimSpace(name)
	if name == "" {
		return ""
	}
	first, size := utf8.DecodeRuneInString(name)
	if !unicode.IsLetter(first) {
		return "*"
	}
	if !unicode.Is(unicode.Han, first) {
		return maskLatin(name)
	}
	second, size2 := utf8.DecodeRuneInString(name[size:])
	// A name of two characters is a single surname and one given name, even where the two could be a compound surname.
	if unicode.Is(unicode.Han, second) && len(name) > size+size2 && compoundSurnames[name[:size+size2]] {
		return name[:size+size2] + "*"
	}
	return string(first) + "*"
}

func maskLatin(name string) string {
	words := strings.Fields(name)
	title := ""
	if len(words) > 1 && latinTitles[strings.ToLower(strings.TrimSuffix(words[0], "."))] {
		title = words[0] + " "
		words = words[1:]
	}
	first, _ := utf8.DecodeRuneInString(words[0])
	if !unicode.IsLetter(first) {
		return title + "***"
	}
	return title + string(unicode.ToUpper(first)) + "***"
}

// MaskPhone hides the middle of a number: 138****5678 for a mobile; of a landline the area code and the last three or four
// digits stay (0971****456). What is not a number becomes ****.
func MaskPhone(phone string) string {
	if phone == "" {
		return ""
	}
	d, err := NormalisePhone("", phone)
	if err != nil {
		return "****"
	}
	if mobile.MatchString(d) {
		return d[:3] + "****" + d[7:]
	}
	m := landline.FindStringSubmatch(d)
	area, local := m[1]+m[3], m[2]+m[4]
	return area + "****" + local[4:]
}

const numeral = `(?:[0-9]+|[一二三四五六七八九十百零〇两]+)`

var (
	// building: 3号楼, 12幢, 甲栋, B座, 5号院3号楼 (the院 before it is kept with what stands in front).
	building = regexp.MustCompile(`(?:` + numeral + `|[A-Za-z][0-9]*|[甲乙丙丁])(?:号楼|幢|栋|座|＃楼|#楼)|(?i:\bbuilding\s*[0-9a-z]+)`)
	// inside: what lies within a building: an entrance, a floor, a room, a household.
	inside = regexp.MustCompile(numeral + `\s*(?:单元|门洞|层|楼|室|户|房|#)`)
	// dashed: 3-2-501, building-entrance-room.
	dashed = regexp.MustCompile(`([0-9]+)\s*[-—－–/]\s*[0-9]+`)
	// street: 祁连路25号, the number of a whole plot. (号 before 楼 or 院 is handled above or kept.)
	street = regexp.MustCompile(numeral + `号院?`)
	// englishInside: Room 501, Apt. 3B, Unit 2, Floor 5.
	englishInside = regexp.MustCompile(`(?i)\b(?:room|rm|flat|apartment|apt|unit|suite|ste|floor|entrance|no)\b\.?\s*#?\s*[0-9a-z-]+\s*,?\s*`)
	ordinalFloor  = regexp.MustCompile(`(?i)\b[0-9]+(?:st|nd|rd|th)?\s*/?\s*(?:floor|f)\b\s*,?\s*`)
	digits        = regexp.MustCompile(`[0-9]+`)
)

// MaskAddress cuts an address at the building: 湟水花园3号楼2单元501室 becomes 湟水花园3号楼. Where no building is named it cuts before
// the first thing that lies inside one; any number behind a plot's number (祁连路25号501) is cut too. When in doubt it
// shows less.
func MaskAddress(address string) string {
	s := strings.TrimSpace(strings.Map(halfWidth, address))
	s = ordinalFloor.ReplaceAllString(englishInside.ReplaceAllString(s, ""), "")
	if m := building.FindStringIndex(s); m != nil && !inside.MatchString(s[:m[0]]) {
		// English puts the building first and the street after it: keep what follows, without numbers.
		if s[m[0]] < utf8.RuneSelf && strings.HasPrefix(strings.ToLower(s[m[0]:]), "building") {
			return tidy(s[:m[1]] + digits.ReplaceAllString(s[m[1]:], ""))
		}
		return tidy(s[:m[1]])
	}
	if m := dashed.FindStringSubmatchIndex(s); m != nil {
		s = s[:m[3]]
	}
	if m := inside.FindStringIndex(s); m != nil {
		s = s[:m[0]]
	}
	if m := street.FindStringIndex(s); m != nil {
		if d := digits.FindStringIndex(s[m[1]:]); d != nil {
			s = s[:m[1]+d[0]]
		}
		return tidy(s)
	}
	// No plot number: a run of three digits or more is a room, and what follows it is cut with it.
	for _, d := range digits.FindAllStringIndex(s, -1) {
		if d[1]-d[0] >= 3 {
			s = s[:d[0]]
			break
		}
	}
	return tidy(s)
}

func tidy(s string) string { return strings.Trim(s, " ,，、-—–#") }
