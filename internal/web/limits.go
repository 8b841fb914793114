package web

import (
	"context"
	"net"
	"net/http"
	"sync"
	"time"

	"sanzhi/internal/web/public"
)

// Limits bound what the network may take of the program.
type Limits struct {
	ReadHeader  time.Duration // to send the header of a request: a slow sender holds its connection no longer
	Read        time.Duration // to send a whole request; uploads set their own
	Write       time.Duration // to take a whole answer; streams set their own
	Idle        time.Duration // between two requests of a connection
	HeaderBytes int
	Connections int // at once; more wait until one ends
}

// DefaultLimits are for one process in front of a county. Streams are bounded below Connections, so that open pages never keep
// everybody else out.
var DefaultLimits = Limits{ReadHeader: 5 * time.Second, Read: 20 * time.Second, Write: 30 * time.Second, Idle: 2 * time.Minute, HeaderBytes: 32 << 10,
	Connections: 16_384}

// DefaultTimeout is how long a request may take.
const DefaultTimeout = 20 * time.Second

// Serve serves within DefaultLimits until ctx ends, then calls closing and lets requests finish for up to ten seconds.
func Serve(ctx context.Context, l net.Listener, h http.Handler, closing func()) error {
	return ServeWithin(ctx, DefaultLimits, l, h, closing)
}

// ServeWithin serves within the limits until ctx ends, then calls closing and lets requests finish for up to ten seconds.
func ServeWithin(ctx context.Context, limits Limits, l net.Listener, h http.Handler, closing func()) error {
	srv := &http.Server{Handler: h, ReadHeaderTimeout: limits.ReadHeader, ReadTimeout: limits.Read, WriteTimeout: limits.Write, IdleTimeout: limits.Idle,
		MaxHeaderBytes: limits.HeaderBytes, BaseContext: func(net.Listener) context.Context { return context.WithoutCancel(ctx) }}
	done := make(chan error, 1)
	go func() { done <- srv.Serve(newCapped(l, limits.Connections)) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	closing()
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	return srv.Shutdown(end)
}

// deadline ends the context of requests that take too long; what waits on it answers 503. Streams and photos have their own
// limits.
func deadline(mux *table, d time.Duration) http.Handler {
	if d == 0 {
		d = DefaultTimeout
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/api/v1/stream" || r.URL.Path == "/api/v1/uploads" || public.Sends(r) {
			mux.ServeHTTP(w, r)
			return
		}
		ctx, cancel := context.WithTimeout(r.Context(), d)
		defer cancel()
		mux.ServeHTTP(w, r.WithContext(ctx))
	})
}

// capped is a listener with at most so many connections at once: further ones wait in the system's queue.
type capped struct {
	net.Listener
	slots  chan struct{}
	closed chan struct{}
	once   sync.Once
}

func newCapped(l net.Listener, most int) *capped {
	return &capped{Listener: l, slots: make(chan struct{}, most), closed: make(chan struct{})}
}

// Accept implements net.Listener.
func (c *capped) Accept() (net.Conn, error) {
	select {
	case c.slots <- struct{}{}:
	case <-c.closed:
		return nil, net.ErrClosed
	}
	conn, err := c.Listener.Accept()
	if err != nil {
		<-c.slots
		return nil, err
	}
	return &cappedConn{Conn: conn, free: sync.OnceFunc(func() { <-c.slots })}, nil
}

// Close implements net.Listener.
func (c *capped) Close() error {
	c.once.Do(func() { close(c.closed) })
	return c.Listener.Close()
}

type cappedConn struct {
	net.Conn
	free func()
}

// Close implements net.Conn.
func (c *cappedConn) Close() error {
	err := c.Conn.Close()
	c.free()
	return err
}
