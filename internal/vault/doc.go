// Package vault keeps personal data unreadable to whoever holds only the database: it seals fields with keys that live
// elsewhere, finds a telephone number by a keyed hash instead of by its digits, masks names, numbers and addresses for
// lists, and makes the two codes that a resident is told (the tracking code and the case number). It exists below all
// rooms so that none of them handles a key or invents its own mask.
package vault
