package vault

import "sanzhi/internal/kernel"

// VoterHash is what the roll of a ballot keeps instead of a voter: HMAC-SHA-256 under the key of tracking codes, in hex. The
// ballot is part of it, so that nobody can be followed from one ballot to the next. who is an account's id or a voting code.
func (k *Keyring) VoterHash(t kernel.Tenant, ballot kernel.ID, who string) string {
	return keyedHash(k.TrackKey, "voter", string(t), string(ballot), who)
}
