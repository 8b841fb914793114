package access

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base32"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"sanzhi/internal/kernel"
)

// Params are the costs of argon2id (RFC 9106).
type Params struct {
	MemoryKiB uint32
	Time      uint32 // passes
	Threads   uint8
}

// DefaultParams is OWASP's first choice for argon2id: 19 MiB, two passes, one thread.
var DefaultParams = Params{MemoryKiB: 19 * 1024, Time: 2, Threads: 1}

// Limits on what a stored hash may ask for, so that a forged row cannot exhaust the machine.
const (
	maxMemoryKiB = 256 * 1024
	maxTime      = 16
	maxThreads   = 16
	saltSize     = 16
	keySize      = 32
)

// errPHC says that a stored password hash cannot be read.
var errPHC = errors.New("access: not an argon2id hash")

// Hasher hashes passwords with argon2id, a few at a time: each takes much memory by design, so a burst of sign-ins waits in
// a short line and, beyond it, is told to come back.
type Hasher struct {
	params  Params
	slots   chan struct{}
	waiting atomic.Int64
	queue   int64
	dummy   string
}

// NewHasher makes a hasher that runs at most slots at once and lets at most queue callers wait.
func NewHasher(p Params, slots, queue int) (*Hasher, error) {
	if p.MemoryKiB < 8*uint32(p.Threads) || p.MemoryKiB > maxMemoryKiB || p.Time < 1 || p.Time > maxTime || p.Threads < 1 || p.Threads > maxThreads {
		return nil, fmt.Errorf("access: argon2id parameters out of range: %+v", p)
	}
	h := &Hasher{params: p, slots: make(chan struct{}, max(slots, 1)), queue: int64(max(queue, 0))}
	var err error
	// The dummy has the cost of a real hash and no password: what hashes to 32 random bytes is unknown.
	h.dummy, err = h.phc(randomBytes(saltSize), randomBytes(keySize))
	return h, err
}

func randomBytes(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails: crypto/rand ends the program instead
	return b
}

// Hash gives the PHC string of a password ($argon2id$v=19$m=…,t=…,p=…$salt$key). It fails with TooMany when the line is full.
func (h *Hasher) Hash(ctx context.Context, password string) (string, error) {
	if err := h.enter(ctx); err != nil {
		return "", err
	}
	defer h.leave()
	salt := randomBytes(saltSize)
	return h.phc(salt, argon2.IDKey([]byte(password), salt, h.params.Time, h.params.MemoryKiB, h.params.Threads, keySize))
}

// Verify reports whether password is the one that phc was made of. With an empty phc it takes as long as with a real one
// and says no, so that unknown users cannot be told from wrong passwords by the clock.
func (h *Hasher) Verify(ctx context.Context, phc, password string) (bool, error) {
	nobody := phc == ""
	if nobody {
		phc = h.dummy
	}
	p, salt, key, err := parsePHC(phc)
	if err != nil {
		return false, kernel.Internal("access.Hasher.Verify", err)
	}
	if err := h.enter(ctx); err != nil {
		return false, err
	}
	defer h.leave()
	got := argon2.IDKey([]byte(password), salt, p.Time, p.MemoryKiB, p.Threads, uint32(len(key)))
	return subtle.ConstantTimeCompare(got, key) == 1 && !nobody, nil
}

// NeedsRehash reports whether phc was made with other parameters than those of this hasher.
func (h *Hasher) NeedsRehash(phc string) bool {
	p, salt, key, err := parsePHC(phc)
	return err != nil || p != h.params || len(salt) != saltSize || len(key) != keySize
}

func (h *Hasher) enter(ctx context.Context) error {
	select {
	case h.slots <- struct{}{}:
		return nil
	default:
	}
	if h.waiting.Add(1) > h.queue {
		h.waiting.Add(-1)
		return kernel.TooMany(kernel.T("现在登录的人太多，请过几秒再试", "too many people are signing in just now; try again in a few seconds"))
	}
	defer h.waiting.Add(-1)
	select {
	case h.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (h *Hasher) leave() { <-h.slots }

func (h *Hasher) phc(salt, key []byte) (string, error) {
	b := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, h.params.MemoryKiB, h.params.Time, h.params.Threads,
		b.EncodeToString(salt), b.EncodeToString(key)), nil
}

func parsePHC(phc string) (p Params, salt, key []byte, err error) {
	parts := strings.Split(phc, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return p, nil, nil, errPHC
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &p.MemoryKiB, &p.Time, &p.Threads); err != nil {
		return p, nil, nil, errPHC
	}
	// Sscanf forgives what follows; the text must be exactly what we write.
	if fmt.Sprintf("m=%d,t=%d,p=%d", p.MemoryKiB, p.Time, p.Threads) != parts[3] || p.MemoryKiB > maxMemoryKiB ||
		p.Time < 1 || p.Time > maxTime || p.Threads < 1 || p.Threads > maxThreads {
		return p, nil, nil, errPHC
	}
	b := base64.RawStdEncoding.Strict()
	if salt, err = b.DecodeString(parts[4]); err != nil || len(salt) < 8 || len(salt) > 64 {
		return p, nil, nil, errPHC
	}
	if key, err = b.DecodeString(parts[5]); err != nil || len(key) < 16 || len(key) > 64 {
		return p, nil, nil, errPHC
	}
	return p, salt, key, nil
}

// Bounds of a password, in characters. The upper one only keeps the work bounded.
const (
	MinPassword = 8
	MaxPassword = 128
)

// common are passwords that everybody tries first. A short list stops the worst; the throttle does the rest.
var common = strings.Fields(`password password1 passw0rd password123 p@ssw0rd p@ssword qwertyui qwertyuiop qwerty123 1qaz2wsx 1q2w3e4r
	1q2w3e4r5t qazwsxedc asdfghjkl zxcvbnm123 abc12345 abcd1234 abc123456 a1234567 a12345678 a123456789 aa123456 admin123 admin888 admin1234
	administrator iloveyou letmein123 welcome1 welcome123 sunshine football baseball superman princess trustno1 changeme test1234 root1234
	woaini1314 woaini520 wo520134 5201314520 13145201 52013140 147258369 123123123 11223344 123321123 12341234 12344321 87654321 987654321
	123456789a 12345678a 1234qwer qwer1234 asdf1234 zhengwu123 shequ123 gov12345 xining123 beijing123`)

// CheckPassword refuses a password that is too short, that is the user's own name, that everybody tries first, or that is
// one character or one run (12345678) repeated.
func CheckPassword(user, password string) error {
	n := utf8.RuneCountInString(password)
	low := strings.ToLower(password)
	switch {
	case n < MinPassword:
		return kernel.Invalid("password", kernel.T("密码至少要 8 个字符", "a password has at least 8 characters"))
	case n > MaxPassword:
		return kernel.Invalid("password", kernel.T("密码最多 128 个字符", "a password has at most 128 characters"))
	case user != "" && low == strings.ToLower(user):
		return kernel.Invalid("password", kernel.T("密码不能和用户名相同", "the password may not be the user name"))
	case isRun(low):
		return kernel.Invalid("password", kernel.T("这样的密码太容易猜到，请换一个", "this password is too easy to guess; choose another"))
	case slices.Contains(common, low):
		return kernel.Invalid("password", kernel.T("这个密码太常见，请换一个", "this password is too common; choose another"))
	}
	return nil
}

// OncePassword is 80 random bits in four groups that can be read out: what somebody is given for the first sign-in.
func OncePassword() string {
	var b [10]byte
	_, _ = rand.Read(b[:]) // never fails: crypto/rand ends the program instead
	s := strings.ToLower(base32.StdEncoding.EncodeToString(b[:]))
	return s[:4] + "-" + s[4:8] + "-" + s[8:12] + "-" + s[12:]
}

// isRun reports whether each character follows the one before by the same step of -1, 0 or 1 (a 9 may be followed by 0).
func isRun(s string) bool {
	r := []rune(s)
	if len(r) < 2 {
		return true
	}
	for _, step := range []rune{-1, 0, 1} {
		run := true
		for i := 1; i < len(r) && run; i++ {
			run = r[i]-r[i-1] == step || step == 1 && r[i-1] == '9' && r[i] == '0' || step == -1 && r[i-1] == '0' && r[i] == '9'
		}
		if run {
			return true
		}
	}
	return false
}
