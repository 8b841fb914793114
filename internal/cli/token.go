package cli

import (
	"errors"
	"time"

	"sanzhi/internal/access"
	"sanzhi/internal/kernel"
	"sanzhi/internal/store"
)

type tokenCmd struct {
	User string        `help:"User name of the account." required:""`
	Name string        `help:"What the token is for." default:"command line"`
	Life time.Duration `help:"How long it holds." default:"720h"`
}

// Run implements the command: whoever may read the store's file and keys may make a token for any account of it.
func (c *tokenCmd) Run(e *env) (err error) {
	a, err := e.open(false)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.close()) }()
	t, err := e.tenant(e.ctx, a)
	if err != nil {
		return err
	}
	user, err := access.ParseUser(c.User)
	if err != nil {
		return err
	}
	var acc access.Account
	if err := a.db.View(e.ctx, t, func(tx kernel.Tx) (err error) {
		acc, err = store.Access{}.AccountByUser(tx, user)
		return err
	}); err != nil {
		return err
	}
	bearer, tok, err := a.access.CreateToken(e.ctx, kernel.System(t), acc.ID, c.Name, c.Life)
	if err != nil {
		return err
	}
	if e.global.JSON {
		return e.printJSON(map[string]any{"token": bearer, "user": acc.User, "expires": tok.Expires})
	}
	e.printf("%s\n", bearer)
	return nil
}
