package kernel

// Lang is a language that the program speaks to people.
type Lang string

// The languages, 中文 first.
const (
	Chinese Lang = "zh"
	English Lang = "en"
)

// Text is one thing said in both languages. It stands where it is used, so that a sentence and its translation are
// written, read and reviewed together; a flow whose text lacks a language does not pass the linter.
type Text struct {
	Zh string `json:"zh" yaml:"zh"`
	En string `json:"en" yaml:"en"`
}

// T makes a Text.
func T(zh, en string) Text { return Text{Zh: zh, En: en} }

// In gives the text in lang, or in 中文 when the other is missing.
func (t Text) In(lang Lang) string {
	if lang == English && t.En != "" {
		return t.En
	}
	return t.Zh
}

// IsZero reports whether neither language is given.
func (t Text) IsZero() bool { return t.Zh == "" && t.En == "" }
