module sanzhi

go 1.26.0

require github.com/oklog/ulid/v2 v2.1.1

require (
	github.com/google/go-cmp v0.7.0
	github.com/paulmach/orb v0.14.0
	golang.org/x/crypto v0.58.0
	golang.org/x/image v0.47.0
	golang.org/x/time v0.16.0
	pgregory.net/rapid v1.3.0
)

require golang.org/x/sys v0.49.0 // indirect
