package cli

import (
	"fmt"
	"io"
	"strconv"
	"time"

	"sanzhi/internal/kernel"
)

// Progress tells how far a long import is: nothing in the first second, then one line that is written over about twice a
// second. A Progress without a writer says nothing.
type Progress struct {
	W     io.Writer
	Clock kernel.Clock
	Lang  kernel.Lang

	began, told time.Time
	wrote       bool
}

// At says that n rows are done.
func (p *Progress) At(n int) {
	if p == nil || p.W == nil {
		return
	}
	now := p.Clock.Now()
	if p.began.IsZero() {
		p.began, p.told = now, now
	}
	if now.Sub(p.began) < time.Second || now.Sub(p.told) < 500*time.Millisecond {
		return
	}
	p.told, p.wrote = now, true
	_, _ = fmt.Fprint(p.W, "\r"+kernel.T("已处理 "+thousands(n)+" 行", thousands(n)+" rows done").In(p.Lang))
}

// End leaves the line that was written over.
func (p *Progress) End() {
	if p != nil && p.wrote {
		_, _ = fmt.Fprintln(p.W)
		p.wrote = false
	}
}

// thousands writes a number with commas.
func thousands(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// printer writes lines in one language and keeps the first error.
type printer struct {
	w    io.Writer
	lang kernel.Lang
	err  error
}

func (p *printer) say(t kernel.Text) {
	if p.err == nil {
		_, p.err = fmt.Fprintln(p.w, t.In(p.lang))
	}
}
