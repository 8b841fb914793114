package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// child is a server that this program started.
type child struct {
	cmd  *exec.Cmd
	base string // http://127.0.0.1:PORT
	log  *os.File
}

// freePort finds a port of the loopback that nothing listens on.
func freePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String(), nil
}

// start runs a server and waits until path answers 200.
func start(ctx context.Context, logTo, path string, argv func(addr string) []string) (*child, error) {
	addr, err := freePort()
	if err != nil {
		return nil, err
	}
	f, err := os.Create(logTo)
	if err != nil {
		return nil, err
	}
	a := argv(addr)
	c := &child{cmd: exec.Command(a[0], a[1:]...), base: "http://" + addr, log: f} // not under ctx: stop ends it in order
	c.cmd.Stdout, c.cmd.Stderr = f, f
	if err := c.cmd.Start(); err != nil {
		return nil, err
	}
	for range 600 {
		if r, err := http.Get(c.base + path); err == nil {
			_, _ = io.Copy(io.Discard, r.Body)
			_ = r.Body.Close()
			if r.StatusCode == http.StatusOK {
				return c, nil
			}
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
	_ = c.stop()
	return nil, fmt.Errorf("%s did not come up: see %s", a[0], logTo)
}

// stop asks the server to end, and waits.
func (c *child) stop() error {
	defer func() { _ = c.log.Close() }()
	if err := c.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	done := make(chan error, 1)
	go func() { done <- c.cmd.Wait() }()
	select {
	case err := <-done:
		return err
	case <-time.After(20 * time.Second):
		return c.cmd.Process.Kill()
	}
}

// tool runs a command of the program and gives what it printed.
func tool(ctx context.Context, argv ...string) (string, error) {
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	var errs strings.Builder
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%s: %w: %s", strings.Join(argv, " "), err, errs.String())
	}
	return strings.TrimSpace(string(out)), nil
}

// centre is the demonstration district's middle, where all orders of the loop lie.
const centreLon, centreLat = 101.7593426, 36.6484989

// tokens makes a bearer token for each role that can carry a case at the centre.
func tokens(ctx context.Context, program string, store []string) (map[string]string, error) {
	out, err := tool(ctx, append([]string{program, "demo", "--accounts", "--json", "--at", fmt.Sprintf("%v,%v", centreLon, centreLat)}, store...)...)
	if err != nil {
		return nil, err
	}
	var accounts []struct{ Role, User string }
	if err := json.Unmarshal([]byte(out), &accounts); err != nil {
		return nil, err
	}
	t := map[string]string{}
	for _, a := range accounts {
		switch a.Role {
		case "community_clerk", "unit_dispatcher", "cadre", "district_leader":
			if t[a.Role], err = tool(ctx, append([]string{program, "token", "--user", a.User}, store...)...); err != nil {
				return nil, err
			}
		}
	}
	return t, nil
}

// remember keeps the tokens beside prepared data; recall reads them.
func remember(path string, t map[string]string) error {
	b, err := json.Marshal(t)
	if err != nil {
		return err
	}
	return os.WriteFile(path, b, 0o600)
}

func recall(path string) (t map[string]string, err error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return t, json.Unmarshal(b, &t)
}

// copyDir copies a folder of files.
func copyDir(to, from string) error {
	if err := os.RemoveAll(to); err != nil {
		return err
	}
	return os.CopyFS(to, os.DirFS(filepath.Clean(from)))
}
