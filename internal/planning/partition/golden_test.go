package partition

// The plan of TestSamePlanEverywhere. A better search changes both; a machine must not.
const (
	planCut  = 1040
	planHash = 0xb0314d23828ce09a
)
