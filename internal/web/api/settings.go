package api

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"sanzhi/internal/access"
	"sanzhi/internal/cases"
	"sanzhi/internal/kernel"
	"sanzhi/internal/workflow"
)

// Settings are what the district has set for itself.
type Settings struct {
	Mark string `json:"mark" doc:"Send it back with a change: it is refused when somebody else has changed the settings since"`
	// Office are the office hours as they hold.
	Office        string            `json:"office" example:"09:00-12:00,14:00-18:00"`
	OfficeDefault bool              `json:"office_default" doc:"The district has set none of its own"`
	Emergency     []cases.Emergency `json:"emergency"`
	Calendar      cases.OwnDays     `json:"calendar" doc:"The years that the district keeps itself; they stand before those of the program"`
	Limits        cases.OwnLimits   `json:"limits" doc:"Orders without an account, as they hold"`
	LimitsDefault bool              `json:"limits_default"`
	Years         []int             `json:"years" doc:"All years whose holidays are known"`
}

type settingsIn struct {
	Body struct {
		Mark      string             `json:"mark,omitempty" maxLength:"40"`
		Office    *string            `json:"office,omitempty" maxLength:"200" doc:"Empty takes the program's own"`
		Emergency *[]cases.Emergency `json:"emergency,omitempty" maxItems:"20"`
		Calendar  *cases.OwnDays     `json:"calendar,omitempty"`
		Limits    *cases.OwnLimits   `json:"limits,omitempty"`
		// LimitsDefault goes back to the limits of the program.
		LimitsDefault bool `json:"limits_default,omitempty"`
	}
}

// CalendarYear are the days of a year that differ from the week.
type CalendarYear struct {
	Year     int      `json:"year" example:"2026"`
	Known    bool     `json:"known" doc:"Whether its holidays and make-up days are published"`
	Own      bool     `json:"own" doc:"Whether the district keeps it itself"`
	Holidays []string `json:"holidays" example:"[\"2026-01-01\"]"`
	Workdays []string `json:"workdays" doc:"Make-up working days (调休)" example:"[\"2026-02-14\"]"`
}

type yearIn struct {
	Year int `query:"year" minimum:"2000" maximum:"2100" required:"true"`
}

// KeyState tells of the keys that seal and sign, never a key itself.
type KeyState struct {
	Current string   `json:"current" example:"k2" doc:"The key that new values are sealed with"`
	Old     []string `json:"old" example:"[\"k1\"]" doc:"Keys that still open what was sealed before; old backups need them"`
	Public  string   `json:"public" example:"sanzhi+1c3b5a7d+AQ" doc:"The public key of receipts and checkpoints"`
	// Fixed says what cannot be rotated, and why.
	Fixed []FixedKey `json:"fixed"`
}

// FixedKey is a secret that stays.
type FixedKey struct {
	Title string `json:"title"`
	Why   string `json:"why"`
}

var fixedKeys = []struct{ title, why kernel.Text }{
	{kernel.T("电话索引密钥", "Key of the index of telephone numbers"), kernel.T("索引是散列，没有原号码就算不出新的；换了它，同一个号码就认不出来了", "the index is a hash, which cannot be made anew without the number; with another key the same number would not be known again")},
	{kernel.T("查单码密钥", "Key of tracking codes"), kernel.T("居民手里的查单码按它查找；换了它，发出去的码都查不到", "the codes in residents' hands are found by it; with another key none of them would be found")},
	{kernel.T("签名密钥", "Signing key"), kernel.T("回执和检查点靠它核验；换了它，已经发出的要用旧公钥核验", "receipts and checkpoints are checked with it; those given out would need the old public key")},
}

func (s *Server) settingsRoutes(api huma.API) {
	handle(s, api, op{method: "GET", path: "/settings", perm: access.SettingsWrite, sum: "Office hours, calendar, emergency words and limits of the district", errors: []int{401, 403}}, s.settings)
	handle(s, api, op{method: "PATCH", path: "/settings", perm: access.SettingsWrite, sum: "Change some of the settings; what is left out stays", errors: []int{401, 403, 409}, max: 256 << 10}, s.putSettings)
	handle(s, api, op{method: "GET", path: "/settings/calendar", perm: access.SettingsWrite, sum: "Holidays and make-up working days of a year", errors: []int{401, 403}}, s.calendarYear)
	handle(s, api, op{method: "GET", path: "/settings/keys", perm: access.KeyRotate, sum: "Which keys seal and sign, and what cannot be rotated", errors: []int{401, 403}}, s.keyState)
}

// settingsOf says settings with what holds where the district has set nothing.
func settingsOf(o *cases.Own) (*Settings, error) {
	cal, err := cases.CalendarOf(o.Calendar)
	if err != nil {
		return nil, err
	}
	out := &Settings{Mark: markOf(o), Office: o.Office, Emergency: append([]cases.Emergency{}, o.Emergency...), Calendar: cases.OwnDays{Years: append([]int{}, o.Calendar.Years...),
		Holidays: append([]string{}, o.Calendar.Holidays...), Workdays: append([]string{}, o.Calendar.Workdays...)}, Limits: cases.LimitsOf(o.Limits.Order()), LimitsDefault: o.Limits == nil,
		Years: cal.Years()}
	if o.Office == "" {
		out.Office, out.OfficeDefault = workflow.OfficeHours{}.String(), true
	}
	return out, nil
}

func (s *Server) settings(ctx context.Context, _ *struct{}) (*body[Settings], error) {
	a, err := s.whole(ctx, access.SettingsWrite)
	if err != nil {
		return nil, err
	}
	var own *cases.Own
	err = s.Store.View(ctx, a.Tenant, func(tx kernel.Tx) error {
		own, err = s.Admin.Setup.Own(tx)
		return err
	})
	if err != nil {
		return nil, err
	}
	out, err := settingsOf(own)
	if err != nil {
		return nil, err
	}
	return &body[Settings]{*out}, nil
}

func (s *Server) putSettings(ctx context.Context, in *settingsIn) (*body[Settings], error) {
	a, err := s.whole(ctx, access.SettingsWrite)
	if err != nil {
		return nil, err
	}
	var out *Settings
	err = s.Store.Update(ctx, a.Tenant, func(tx kernel.Tx) error {
		revision, err := s.Admin.Setup.Revision(tx)
		if err != nil {
			return err
		}
		own, err := s.Admin.Setup.Own(tx)
		if err != nil {
			return err
		}
		if in.Body.Mark != "" && in.Body.Mark != markOf(own) {
			return errStale
		}
		before, after := in.apply(own)
		if err := own.Check(); err != nil {
			return err
		}
		if out, err = settingsOf(own); err != nil {
			return err
		}
		ok, err := s.Admin.Setup.PutOwn(tx, own, revision)
		if err == nil && !ok {
			err = errStale
		}
		if err != nil {
			return err
		}
		return s.changed(tx, a, "settings_changed", map[string]any{"before": before, "after": after})
	})
	s.renew(a.Tenant)
	if err != nil {
		return nil, err
	}
	return &body[Settings]{*out}, nil
}

// apply puts what was sent into the settings, and tells for the ledger what each part was and is.
func (in *settingsIn) apply(own *cases.Own) (before, after map[string]any) {
	before, after = map[string]any{}, map[string]any{}
	b := in.Body
	if b.Office != nil {
		before["office"], after["office"] = own.Office, *b.Office
		own.Office = *b.Office
	}
	if b.Emergency != nil {
		before["emergency"], after["emergency"] = plainJSON(own.Emergency), plainJSON(*b.Emergency)
		own.Emergency = *b.Emergency
	}
	if b.Calendar != nil {
		c := *b.Calendar
		slices.Sort(c.Years)
		slices.Sort(c.Holidays)
		slices.Sort(c.Workdays)
		before["calendar"], after["calendar"] = plainJSON(own.Calendar), plainJSON(c)
		own.Calendar = c
	}
	if b.Limits != nil || b.LimitsDefault {
		before["limits"], after["limits"] = plainJSON(own.Limits), plainJSON(b.Limits)
		own.Limits = b.Limits
		if b.LimitsDefault {
			own.Limits, after["limits"] = nil, nil
		}
	}
	return before, after
}

// plainJSON gives a value as maps, lists and scalars, as the ledger takes it.
func plainJSON(v any) any {
	raw, err := json.Marshal(v)
	if err != nil {
		return nil
	}
	var out any
	if json.Unmarshal(raw, &out) != nil {
		return nil
	}
	return out
}

func (s *Server) calendarYear(ctx context.Context, in *yearIn) (*body[CalendarYear], error) {
	a, err := s.whole(ctx, access.SettingsWrite)
	if err != nil {
		return nil, err
	}
	var own *cases.Own
	err = s.Store.View(ctx, a.Tenant, func(tx kernel.Tx) error {
		own, err = s.Admin.Setup.Own(tx)
		return err
	})
	if err != nil {
		return nil, err
	}
	cal, err := cases.CalendarOf(own.Calendar)
	if err != nil {
		return nil, err
	}
	out := CalendarYear{Year: in.Year, Known: cal.Known(in.Year), Own: slices.Contains(own.Calendar.Years, in.Year), Holidays: []string{}, Workdays: []string{}}
	for d := time.Date(in.Year, 1, 1, 12, 0, 0, 0, kernel.Shanghai); d.Year() == in.Year; d = d.AddDate(0, 0, 1) {
		weekend := d.Weekday() == time.Saturday || d.Weekday() == time.Sunday
		switch {
		case cal.IsHoliday(d):
			out.Holidays = append(out.Holidays, d.Format(time.DateOnly))
		case weekend && cal.IsWorkday(d):
			out.Workdays = append(out.Workdays, d.Format(time.DateOnly))
		}
	}
	return &body[CalendarYear]{out}, nil
}

func (s *Server) keyState(ctx context.Context, _ *struct{}) (*body[KeyState], error) {
	if _, err := s.whole(ctx, access.KeyRotate); err != nil {
		return nil, err
	}
	out := KeyState{Old: []string{}}
	if s.Admin.Keys != nil {
		out = s.Admin.Keys()
	}
	out.Fixed = []FixedKey{}
	for _, k := range fixedKeys {
		out.Fixed = append(out.Fixed, FixedKey{Title: k.title.In(LangOf(ctx)), Why: k.why.In(LangOf(ctx))})
	}
	return &body[KeyState]{out}, nil
}

// TunedLimits are limits that each district may have set for itself.
type TunedLimits interface {
	For(t kernel.Tenant, limits access.OrderLimits) OrderLimits
}

// orderLimits are the limits of orders without an account in a district.
func (s *Server) orderLimits(ctx context.Context, t kernel.Tenant) OrderLimits {
	tuned, ok := s.Limits.(TunedLimits)
	if !ok {
		return s.Limits
	}
	set, err := s.Cases.Setups.Of(ctx, t)
	if err != nil {
		return s.Limits // whoever asks next is told why the district is not there
	}
	return tuned.For(t, set.Limits.Order())
}
