package cli

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"sync"

	"sanzhi/internal/kernel"
)

var errDemoOnNetwork = kernel.Forbidden(kernel.T("演示数据的密码是公开的，只能在本机 127.0.0.1 上开；正式使用请另建数据目录",
	"the demonstration district's passwords are public: it serves on 127.0.0.1 only; use another data directory for real work"))

// onLoopback reports whether an address to listen at is reached from the machine itself alone.
func onLoopback(listen string) (bool, error) {
	host, _, err := net.SplitHostPort(listen)
	if err != nil {
		return false, fmt.Errorf("listen: %w", err)
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback(), nil
}

// keepDemoAtHome refuses to show public passwords to a network: no start with such accounts in the store, and, when a
// demonstration district is loaded beside a program that serves a network, nobody of it signs in there.
func (a *app) keepDemoAtHome(ctx context.Context, listen string) error {
	home, err := onLoopback(listen)
	if err != nil || home {
		return err
	}
	list, err := a.tenants.List(ctx)
	if err != nil {
		return err
	}
	for _, t := range list {
		// The accounts stand before the load is whole, and stay when it is cut off.
		if t.Demo || t.Settings.DemoSeed != "" {
			return errDemoOnNetwork
		}
	}
	var told sync.Map
	a.access.Refuse = func(ctx context.Context, t kernel.Tenant) error {
		set, err := a.setups.Of(ctx, t)
		switch {
		case kernel.Is(err, kernel.KindNotFound):
			return nil // no district, no accounts
		case err != nil:
			return err
		case !set.Demo:
			return nil
		}
		if _, again := told.LoadOrStore(t, true); !again {
			slog.Warn("a demonstration district was loaded beside this server, which listens on the network: its accounts are refused", "tenant", t)
		}
		return errDemoOnNetwork
	}
	return nil
}
