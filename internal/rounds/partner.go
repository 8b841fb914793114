package rounds

import (
	"fmt"
	"slices"
	"strings"

	"sanzhi/internal/access"
	"sanzhi/internal/kernel"
	"sanzhi/internal/orgs"
)

// ConsentTo is which agreement a template of care visits rests on. Each is asked for by itself, and ending one leaves the other.
type ConsentTo string

// What is agreed to.
const (
	ToCommunity ConsentTo = ""        // visits that the community arranges
	ToPartner   ConsentTo = "partner" // 卫生院入户: visits by an institution, to which name, telephone and address are passed on
)

// AllConsentTos lists the closed set.
var AllConsentTos = []ConsentTo{ToCommunity, ToPartner}

// PartnerConsentVersion names the text that is agreed to before an institution visits.
const PartnerConsentVersion = "partner-1"

// PartnerConsentText is a consent of its own: for giving data to somebody else (个人信息保护法 23), and because who visits is a clinic (28, 29).
var PartnerConsentText = kernel.T("我同意社区把我的称呼、电话和住址告诉约定的卫生院，由卫生院按约好的间隔上门看我。这是单独的同意，和社区派人看望是两回事，不同意也不影响别的服务。社区这边只记有没有来过、哪天来的、是哪家卫生院的哪位来的，不记我的身体情况，不写一个字，不拍照。我随时可以说不来了，说了就停止上门并删除这些信息，别的走访照旧。",
	"I agree that the community tells the clinic that is named my name, telephone and address, and that the clinic comes to see me as often as agreed. This is a consent of its own, apart from visits that the community arranges; no other service depends on it. The community keeps only whether and on which day somebody came, and who of which clinic: nothing of my health, not one word, no photos. I may end it at any time: the clinic's visits stop, this information is deleted, and other visits go on.")

// ConsentText gives the text that somebody agrees to before visits of the template, with its version.
func (t *Template) ConsentText() (version string, text kernel.Text) {
	if t.Consent == ToPartner {
		return PartnerConsentVersion, PartnerConsentText
	}
	return ConsentVersion, ConsentText
}

// Wordless reports whether nothing in words is kept of a visit.
func (t *Template) Wordless() bool { return t.Consent == ToPartner }

// visitRoles are those who may be asked to make visits of a template.
func (t *Template) visitRoles() []kernel.Role {
	if t.Consent == ToPartner {
		return []kernel.Role{t.Who.Role}
	}
	return []kernel.Role{kernel.Volunteer, kernel.GridWorker, kernel.CommunityClerk}
}

// visitKinds are the kinds of organisation that visitors of a template come from; none means any.
func (t *Template) visitKinds() []orgs.Kind {
	if t.Consent == ToPartner {
		return []orgs.Kind{orgs.Institution}
	}
	return nil
}

// partnerOf gives the institution in whose name an account visits at a place: that of its post.
func (s *Service) partnerOf(tx kernel.Tx, t *Template, visitor kernel.ID, path kernel.Path) (kernel.ID, error) {
	posts, err := s.Ground.PostsOf(tx, visitor)
	if err != nil {
		return "", err
	}
	for _, p := range posts {
		if p.Role != t.Who.Role || p.Org == "" || !p.Path.Holds(path) || !slices.Contains(access.Bundle(p.Role), access.RoundDo) {
			continue
		}
		kind, err := s.Ground.OrgKind(tx, p.Org)
		if err != nil {
			return "", err
		}
		if slices.Contains(t.visitKinds(), kind) {
			return p.Org, nil
		}
	}
	return "", kernel.Invalid("visitor", kernel.T("这位不是在这里服务的卫生院等事业单位的人，请从名单里另选一位", "this person does not work for a clinic or other institution that serves here; choose one from the list"))
}

// medicalPlaces are what an address may be called; they say nothing of who lives there.
var medicalPlaces = strings.NewReplacer("医院", "", "卫生院", "", "卫生室", "", "诊所", "", "药店", "", "药房", "", "药厂", "", "疗养院", "", "hospital", "", "Hospital", "", "clinic", "", "Clinic", "",
	"pharmacy", "", "Pharmacy", "")

// CareText refuses words about somebody's health in what is kept of a person who is visited; an address may be that of a hospital's own houses.
func CareText(field, text string) error {
	if field == "address" {
		text = medicalPlaces.Replace(text)
	}
	return noHealth(field, text)
}

// checkWordless refuses every text and photo of a visit of which only the fact is kept.
func (d *Draft) checkWordless(in Filled) error {
	for id, w := range in.Notes {
		if strings.TrimSpace(w) != "" {
			return kernel.Invalid("notes."+id, kernel.T("这种上门只记来过没有，不写字，请去掉", "of this visit only that it was made is kept, no words; leave them out"))
		}
	}
	for id := range d.words {
		return kernel.Invalid("answers."+id, kernel.T("这种上门只记来过没有，不写字，请去掉", "of this visit only that it was made is kept, no words; leave them out"))
	}
	return nil
}

// consent keeps a template of a partner's visits to the bare fact.
func (l *linter) consent() {
	t := l.t
	if !slices.Contains(AllConsentTos, t.Consent) {
		l.fault("consent", "同意只有 partner 一种可写，不写就是社区派人看望", "consent is partner, or left out for visits that the community arranges")
	}
	if t.Consent != ToPartner {
		return
	}
	if t.Kind != CareVisit {
		l.fault("consent", "只有入户关爱要单独同意", "only care visits rest on a consent")
	}
	for i := range t.Items {
		if it := &t.Items[i]; it.Type != YesNo {
			l.fault(fmt.Sprintf("items[%d].type", i), "卫生院等上门只记来过没有，检查项只能是 yes_no", "of visits by a clinic only that they were made is kept: an item is yes_no")
		}
	}
}
