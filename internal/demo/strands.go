package demo

// Tagging says that the newest cases of an item bear more than the item's own strand.
type Tagging struct {
	Item    string
	Cases   int
	Strands []string
}

// MoreStrands are those of the demonstration: quarrels about parking and noise that neighbours settle among themselves and by the rules, and
// help that is a courtesy as well as a custom of the house.
func MoreStrands() []Tagging {
	return []Tagging{{"parking", 6, []string{"zi", "fa"}}, {"noise", 6, []string{"zi", "fa", "de"}}, {"mediate", 4, []string{"fa", "de"}},
		{"visit", 4, []string{"zi", "de"}}, {"cable", 3, []string{"zi", "fa"}}}
}
