module sanzhi

go 1.26

require github.com/oklog/ulid/v2 v2.1.1

require github.com/paulmach/orb v0.14.0

require github.com/google/go-cmp v0.7.0
