package jobs

import (
	"strings"
	"testing"

	"sanzhi/internal/kernel"
)

func TestHooksAreCalledOverTLSOrOnThisMachine(t *testing.T) {
	for url, ok := range map[string]bool{
		"https://example.org/hook": true, "https://10.1.2.3:8443/x?y=1": true, "http://127.0.0.1:8080/": true, "http://localhost/x": true, "http://[::1]:9/": true,
		"http://LOCALHOST/": true, "http://127.8.9.1/": true, "http://[::ffff:127.0.0.1]/": true,
		"http://example.org/hook": false, "http://10.1.2.3/": false, "http://localhost.example.org/": false, "http://127.0.0.1.example.org/": false,
		"http://0.0.0.0/": false, "ftp://127.0.0.1/": false, "https://": false, "//example.org": false, "example.org": false, "": false, "https://user:word@example.org/": false,
		"http://user@127.0.0.1/": false, "https://example.org/#part": false, "https:example.org": false, "https://example.org/\x7f": false, "https://example.org/" + strings.Repeat("x", 500): false,
	} {
		if err := CheckHook(Hook{URL: url}); (err == nil) != ok || err != nil && !kernel.Is(err, kernel.KindInvalid) {
			t.Errorf("%q: %v", url, err)
		}
	}
	for topic, ok := range map[string]bool{"notify": true, "case": false, "": false} {
		if err := CheckHook(Hook{URL: "https://example.org", Topics: []string{topic}}); (err == nil) != ok {
			t.Errorf("topic %q: %v", topic, err)
		}
	}
}
