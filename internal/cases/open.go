package cases

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/paulmach/orb"

	"sanzhi/internal/geo"
	"sanzhi/internal/kernel"
	"sanzhi/internal/ledger"
	"sanzhi/internal/vault"
	"sanzhi/internal/workflow"
)

// Order is what somebody asks for: a menu order, a hazard seen, or any case that a flow lets people open.
type Order struct {
	Flow     string
	Item     string
	Text     string
	Lon, Lat float64
	CRS      geo.CRS
	Address  string
	Contact  Contact
	Photos   []kernel.ID
	Form     map[string]any
	Source   string
}

// Opened is a case that was just opened.
type Opened struct {
	Case      *Case
	Code      vault.TrackCode
	Row       *ledger.Row
	Emergency []Emergency
}

// Bounds of an order.
const (
	maxText   = 2000
	maxPhotos = 6
)

// Draft is an order that was checked and is ready to be stored: all the work that needs no unit of work.
type Draft struct {
	set    *Setup
	flow   *workflow.Compiled
	c      *Case
	code   vault.TrackCode
	form   map[string]any
	limits workflow.LimitContext
}

// Prepare checks an order, finds its place, routes it, and seals what is personal. It writes nothing.
func (s *Service) Prepare(ctx context.Context, actor kernel.Actor, o Order) (*Draft, error) {
	set, err := s.Setups.Of(ctx, actor.Tenant)
	if err != nil {
		return nil, err
	}
	f, err := set.Flow(o.Flow, 0)
	if err != nil {
		return nil, err
	}
	c := &Case{Flow: o.Flow, FlowVersion: f.Flow.Version, Title: f.Flow.Title, Strands: StrandsOf(f.Flow.Strand), Confidential: f.Flow.Confidential,
		Version: 1, Round: 1, OpenedBy: actor.Ref(), Source: o.Source}
	d := &Draft{set: set, flow: f, c: c}
	if err := d.place(o); err != nil {
		return nil, err
	}
	if err := d.answers(o); err != nil {
		return nil, err
	}
	if actor.Has(kernel.Resident) {
		c.Requester = actor.Account
	}
	act, _ := f.Flow.Opening()
	if act == nil || !may(actor.Tenant, actor, act, c) {
		if actor.Kind == kernel.ActorAnonymous {
			return nil, kernel.Unsigned()
		}
		return nil, kernel.Forbidden(kernel.T("您不能在这里开这类单子", "you may not open this kind of case here"))
	}
	item := set.Item(o.Item)
	if item == nil && f.Flow.Sector != "" {
		item = &Item{Sector: f.Flow.Sector}
	}
	c.Route = set.Route(item, &c.Place)
	if c.Route.Unit == "" {
		return nil, kernel.Invalid("lon", kernel.T("这里还没有单位负责，请打社区电话", "no unit is in charge of this place yet; please ring the community"))
	}
	return d, s.secrets(actor.Tenant, d, o)
}

// place finds where the order lies.
func (d *Draft) place(o Order) error {
	if o.CRS == "" {
		o.CRS = geo.WGS84
	}
	p := o.CRS.ToWGS84(orb.Point{o.Lon, o.Lat})
	c := d.c
	c.Lon, c.Lat = p[0], p[1]
	c.Place = d.set.Index.At(c.Lon, c.Lat)
	c.Path = c.Place.Path
	if c.Place.County == nil {
		return kernel.Invalid("lon", kernel.T("这个地点不在"+d.set.District.Zh+"，请换一个地点", "this place is not in "+d.set.District.En+"; choose another place"))
	}
	return nil
}

// answers checks words, item and form.
func (d *Draft) answers(o Order) error {
	c := d.c
	c.Text = strings.TrimSpace(o.Text)
	if !utf8.ValidString(c.Text) || strings.ContainsRune(c.Text, 0) {
		return kernel.Malformed("text", kernel.T("文字里有读不了的字符，请重新输入", "the text has characters that cannot be read; type it again"))
	}
	if utf8.RuneCountInString(c.Text) > maxText {
		return kernel.Invalid("text", kernel.T("话太长了，最多 2000 字", "the text is too long; 2000 characters at most"))
	}
	if err := kernel.CheckWords("text", c.Text); err != nil {
		return err
	}
	if len(o.Photos) > maxPhotos {
		return kernel.Invalid("photos", kernel.T("照片最多 6 张", "6 photos at most"))
	}
	for i, id := range o.Photos {
		if slices.Contains(o.Photos[:i], id) {
			return kernel.Invalid("photos", kernel.T("同一张照片放了两次，请去掉一张", "the same photo is there twice; remove one"))
		}
	}
	c.Photos = o.Photos
	open, _ := d.flow.Flow.Opening()
	fields := open.Form
	if o.Item != "" || d.hasItems(o.Flow) {
		item := d.set.Item(o.Item)
		if item == nil || item.Flow != o.Flow || !item.At(&c.Place) {
			return kernel.Invalid("item", kernel.T("这里点不了这项服务，请从菜单里选", "this service cannot be ordered here; choose one from the menu"))
		}
		c.Item, c.Title, c.Strands, d.limits.Item = item.ID, item.Title, StrandsOf(item.Strand), item.Limit
		fields = append(slices.Clone(fields), item.Form...)
	}
	form, err := workflow.CheckForm(fields, o.Form)
	if err != nil {
		return err
	}
	if c.Text == "" && len(form) == 0 && len(c.Photos) == 0 && c.Item == "" {
		return kernel.Invalid("text", kernel.T("请写一句话，说说是什么事", "please say in a few words what it is"))
	}
	d.form = form
	c.Urgent = workflow.Urgent(fields, form)
	d.limits.Urgent = c.Urgent
	return nil
}

func (d *Draft) hasItems(flow string) bool {
	return slices.ContainsFunc(d.set.Items, func(i *Item) bool { return i.Flow == flow })
}

// secrets gives the case its code and seals what is personal. The id is made here, so that sealing binds to it.
func (s *Service) secrets(t kernel.Tenant, d *Draft, o Order) (err error) {
	c := d.c
	c.ID = kernel.NewID(s.Clock.Now())
	if d.code, err = vault.NewTrackCode(t, random); err != nil {
		return kernel.Internal("track code", err)
	}
	c.TrackHash = s.Keyring.TrackHash(d.code)
	for field, words := range map[string]string{"address": o.Address, "contact.name": o.Contact.Name} {
		if err := kernel.CheckWords(field, words); err != nil {
			return err
		}
	}
	if a := strings.TrimSpace(o.Address); a != "" {
		if c.Address, err = s.sealJSON(t, c.ID, "address", a); err != nil {
			return err
		}
	}
	contact := Contact{Name: strings.TrimSpace(o.Contact.Name), Phone: strings.TrimSpace(o.Contact.Phone)}
	if contact.Phone != "" {
		if contact.Phone, err = vault.NormalisePhone("contact.phone", contact.Phone); err != nil {
			return err
		}
		c.PhoneIndex = s.Keyring.PhoneIndex(t, contact.Phone)
	}
	if utf8.RuneCountInString(contact.Name) > 60 {
		return kernel.Invalid("contact.name", kernel.T("称呼太长了，最多 60 字", "the name is too long; 60 characters at most"))
	}
	if contact != (Contact{}) {
		if c.Contact, err = s.sealJSON(t, c.ID, "contact", contact); err != nil {
			return err
		}
	}
	if len(d.form) > 0 {
		c.Form, err = s.sealJSON(t, c.ID, "form", d.form)
	}
	return err
}

// StoreDraft puts a prepared order into the store, in the caller's unit of work.
func (s *Service) StoreDraft(tx kernel.Tx, actor kernel.Actor, d *Draft) (*Opened, error) {
	// A unit of work may run again, so the draft stays as it was prepared.
	c := *d.c
	now := tx.Now()
	c.OpenedAt, c.UpdatedAt, c.StepAt = now, now, now
	open, _ := d.flow.Flow.Opening()
	outcome, err := d.flow.Take(open.ID, environment(actor, &c, d.form, tx))
	if err != nil {
		return nil, err
	}
	c.Step = outcome.To
	// An opening action may put the proposed unit in charge at once, where no community stands between.
	e := &effecting{s: s, tx: tx, set: d.set, flow: d.flow.Flow, actor: actor, c: &c, form: d.form, requester: c.ID}
	for _, eff := range outcome.Effects {
		if err := e.apply(eff); err != nil {
			return nil, err
		}
	}
	s.runClocks(d.set, d.flow.Flow, &c, outcome.Event, now, d.limits)
	words := Bigrams(c.Title.Zh + " " + c.Title.En + " " + c.Text)
	for try := 0; ; try++ {
		if c.Number, err = newNumber(tx); err != nil {
			return nil, err
		}
		ok, err := s.Cases.Insert(tx, &c, words)
		if err != nil {
			return nil, err
		}
		if ok {
			break
		}
		if try == 8 {
			return nil, kernel.Unavailable(kernel.T("今天的单号用完了，请稍后再试", "no number could be found; please try again shortly"), nil)
		}
	}
	if len(c.Photos) > 0 {
		if err := s.Uploads.Take(tx, c.Photos, c.ID); err != nil {
			return nil, err
		}
	}
	personal := map[string]any{"text": c.Text}
	row, err := s.record(tx, d.set, actor, &c, open.ID, outcome, "", personal)
	if err != nil {
		return nil, err
	}
	return &Opened{Case: &c, Code: d.code, Row: row, Emergency: d.set.EmergencyIn(c.Title.Zh + " " + c.Text)}, nil
}

// newNumber makes "630105-20230428-7K3M9": tenant, day in Shanghai, and five characters that are unique but not gapless.
func newNumber(tx kernel.Tx) (string, error) {
	suffix, err := vault.NewCaseSuffix(random)
	if err != nil {
		return "", kernel.Internal("number", err)
	}
	return string(tx.Tenant()) + "-" + tx.Now().In(kernel.Shanghai).Format("20060102") + "-" + suffix, nil
}
