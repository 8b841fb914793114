package cli

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"sanzhi/internal/kernel"
	"sanzhi/internal/ledger"
	"sanzhi/internal/store"
)

type keysCmd struct {
	Public keysPublicCmd `cmd:"" help:"Print the public key, with which anyone checks receipts and checkpoints."`
	Rotate keysRotateCmd `cmd:"" help:"Make a new sealing key and seal every personal field anew; run again to go on after a break."`
}

type keysPublicCmd struct{}

// Run implements the command.
func (keysPublicCmd) Run(e *env) error {
	k, err := e.global.openKeys(false)
	if err != nil {
		return err
	}
	text, err := ledger.PublicKey(k.public())
	if err != nil {
		return err
	}
	if e.global.JSON {
		return e.printJSON(map[string]string{"public": text})
	}
	e.printf("%s\n", text)
	return nil
}

// public is the other half of the signing key.
func (k *keys) public() ed25519.PublicKey {
	p, _ := k.sign.Public().(ed25519.PublicKey) // documented to be one
	return p
}

// verifier checks what the keys sign.
func (k *keys) verifier() (*ledger.Verifier, error) {
	return ledger.NewVerifier(k.public())
}

type keysRotateCmd struct {
	DropOld bool `help:"Afterwards drop the old keys from the key file. Backups made before can then be read only with a copy of the old key file."`
}

// rotated is what a rotation prints.
type rotated struct {
	store.Rotated
	Key     string   `json:"key"`     // the current key
	Resumed bool     `json:"resumed"` // an earlier rotation was carried to its end, no key was made
	Old     []string `json:"old"`     // keys still in the file
	Dropped []string `json:"dropped"`
}

// Run implements the command. The new key is on disk before any value is sealed with it. It refuses while the program
// serves, since a running program knows only the keys that it started with.
func (c *keysRotateCmd) Run(e *env) (err error) {
	unlock, err := e.lockForServing()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	a, err := e.open(false)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.close()) }()
	tenants, err := a.allTenants(e.ctx)
	if err != nil {
		return err
	}
	for _, t := range tenants {
		if serving, err := a.outbox.Serving(e.ctx, t); err != nil || serving {
			return errors.Join(err, kernel.Conflict(kernel.T("程序正在服务（或停止还不到十秒），请先停下所有进程再换密钥",
				"the program is serving, or stopped less than ten seconds ago; stop every process before rotating the key")))
		}
	}
	out, err := c.rotate(e, a, tenants)
	if err != nil {
		return err
	}
	if e.global.JSON {
		return e.printJSON(out)
	}
	e.printf("现在的密钥是 %s：%d 个值重新加密，%d 个值原已如此，全部能打开。\n", out.Key, out.Anew, out.Same)
	e.printf("The key is now %s: %d values were sealed anew, %d were under it already, and all of them open.\n", out.Key, out.Anew, out.Same)
	if len(out.Old) > 0 {
		e.printf("旧密钥 %s 还在密钥文件里，读旧备份要用。\nThe old keys %s are still in the key file: old backups need them.\n", strings.Join(out.Old, "、"), strings.Join(out.Old, ", "))
	}
	e.printf("请马上另存一份新的密钥文件：%s\nKeep a copy of the new key file elsewhere now: %s\n", e.global.keyPath(), e.global.keyPath())
	return nil
}

// allTenants lists whoever has sealed values.
func (a *app) allTenants(ctx context.Context) (l []kernel.Tenant, err error) {
	err = a.db.View(ctx, "", func(tx kernel.Tx) error {
		l, err = store.LedgerTenants(tx)
		return err
	})
	return l, err
}

func (c *keysRotateCmd) rotate(e *env, a *app, tenants []kernel.Tenant) (*rotated, error) {
	ring := a.keys.ring
	left, err := a.db.Leftovers(e.ctx, oldKeys(a.keys))
	if err != nil {
		return nil, err
	}
	out := &rotated{Resumed: len(left) > 0, Dropped: []string{}}
	if !out.Resumed {
		if err := ring.AddKey(nil); err != nil {
			return nil, err
		}
		if err := a.keys.write(e.global.keyPath()); err != nil {
			return nil, err
		}
	}
	out.Key = ring.CurrentID
	done := e.progress("重新加密 sealing anew")
	r := &store.Rotation{DB: a.db, Sealer: a.sealer}
	if !e.global.JSON {
		r.Done = func(n int) { done(n, n+1) } // how many there are is not known before
	}
	for _, t := range tenants {
		did, err := r.Run(e.ctx, t)
		out.Anew, out.Same = out.Anew+did.Anew, out.Same+did.Same
		if err != nil {
			return nil, fmt.Errorf("rotate %s: %w", t, err)
		}
	}
	if left, err = a.db.Leftovers(e.ctx, oldKeys(a.keys)); err != nil {
		return nil, err
	}
	if len(left) > 0 {
		return nil, kernel.Internal("keys rotate", fmt.Errorf("%s.%s still has %d values under an old key; no key was dropped", left[0].Table, left[0].Column, left[0].Rows))
	}
	if c.DropOld {
		out.Dropped = oldKeys(a.keys)
		for _, id := range out.Dropped {
			if err := ring.Drop(id); err != nil {
				return nil, err
			}
		}
		if err := a.keys.write(e.global.keyPath()); err != nil {
			return nil, err
		}
	}
	out.Old = oldKeys(a.keys)
	return out, nil
}

// oldKeys lists the sealing keys that are not the current one.
func oldKeys(k *keys) []string {
	out := []string{}
	for _, id := range slices.Sorted(maps.Keys(k.ring.Sealing)) {
		if id != k.ring.CurrentID {
			out = append(out, id)
		}
	}
	return out
}
