package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
)

// wire is one kept-alive connection of one client. It exists because the clients share the processors with the server: it
// takes a quarter of what net/http's transport takes for a request, which hands each to two more goroutines.
type wire struct {
	host string
	conn net.Conn
	in   *bufio.Reader
	out  []byte
}

// caller sends one request and reads its JSON answer into out; another status than want is an errStatus.
type caller interface {
	call(ctx context.Context, method, path, token string, in any, want int, out any) error
}

var (
	_ caller = (*api)(nil)
	_ caller = (*wire)(nil)
)

func newWire(base string) *wire { return &wire{host: strings.TrimPrefix(base, "http://")} }

func (w *wire) call(ctx context.Context, method, path, token string, in any, want int, out any) error {
	var body []byte
	if in != nil {
		var err error
		if body, err = json.Marshal(in); err != nil {
			return err
		}
	}
	if w.conn == nil {
		c, err := (&net.Dialer{}).DialContext(ctx, "tcp", w.host)
		if err != nil {
			return err
		}
		w.conn, w.in = c, bufio.NewReader(c)
	}
	w.out = fmt.Appendf(w.out[:0], "%s %s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n", method, path, w.host, len(body))
	if token != "" {
		w.out = fmt.Appendf(w.out, "Authorization: Bearer %s\r\n", token)
	}
	w.out = append(append(w.out, "\r\n"...), body...)
	if err := w.conn.SetDeadline(time.Now().Add(30 * time.Second)); err != nil {
		return err
	}
	if _, err := w.conn.Write(w.out); err != nil {
		return w.broken(err)
	}
	res, err := http.ReadResponse(w.in, nil)
	if err != nil {
		return w.broken(err)
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		return w.broken(err)
	}
	if res.Close {
		_ = w.broken(nil)
	}
	if res.StatusCode != want {
		return &errStatus{res.StatusCode, string(b)}
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(b, out)
}

// broken gives the connection up; the next call dials anew.
func (w *wire) broken(err error) error {
	_ = w.conn.Close()
	w.conn = nil
	return err
}
