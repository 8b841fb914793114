package jobs

import (
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"sanzhi/internal/kernel"
)

// TopicNotify is what holders are told: a deadline that comes near, one that is over.
const TopicNotify = "notify"

// TopicWebhook is a call to one webhook.
const TopicWebhook = "webhook"

// HookTopics lists what a webhook can be told.
var HookTopics = []string{TopicNotify}

// Hook is an address that a district has named to be told. Its secret is given once, to whoever names it.
type Hook struct {
	ID      kernel.ID
	URL     string
	Secret  string
	Topics  []string // empty: all
	Created time.Time
}

// Delivery is one message to a hook.
type Delivery struct {
	ID       kernel.ID
	State    DeliveryState
	At       time.Time // when what it tells happened
	Attempts int
	NextAt   time.Time // when it is tried next, while it waits
	DoneAt   time.Time // when it was answered, or given up
	Cause    string    // why the last attempt failed
}

// DeliveryState is what became of a message. The set is closed.
type DeliveryState string

// The states.
const (
	DeliveryWaiting   DeliveryState = "waiting"
	DeliveryDelivered DeliveryState = "delivered"
	DeliveryGivenUp   DeliveryState = "given_up"
)

// AllDeliveryStates lists the closed set.
var AllDeliveryStates = []DeliveryState{DeliveryWaiting, DeliveryDelivered, DeliveryGivenUp}

const maxHookURL = 500

// CheckHook refuses an address that would be called without TLS, unless it is on this very machine, and topics that there are
// none of.
func CheckHook(h Hook) error {
	u, err := url.Parse(h.URL)
	switch {
	case err != nil || len(h.URL) > maxHookURL || u.Hostname() == "" || u.Opaque != "" || u.Fragment != "":
		return kernel.Invalid("url", kernel.T("请写完整的网址，如 https://example.org/hook，最多 500 个字符", "give a whole address such as https://example.org/hook, of at most 500 characters"))
	case u.User != nil:
		return kernel.Invalid("url", kernel.T("网址里不要带用户名和密码，请求本身有签名", "leave user and password out of the address; the calls are signed"))
	case u.Scheme != "https" && !(u.Scheme == "http" && isLoopback(u.Hostname())):
		return kernel.Invalid("url", kernel.T("网址要以 https:// 开头；只有本机（127.0.0.1、localhost）可以用 http://", "the address must begin with https://; only this machine (127.0.0.1, localhost) may use http://"))
	}
	for _, t := range h.Topics {
		if !slices.Contains(HookTopics, t) {
			return kernel.Invalid("topics", kernel.T("没有「"+t+"」这类消息，可选："+strings.Join(HookTopics, "、"), "there is no topic \""+t+"\"; choose of "+strings.Join(HookTopics, ", ")))
		}
	}
	return nil
}

func isLoopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}
