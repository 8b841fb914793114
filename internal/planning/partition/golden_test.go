package partition

// The plan of TestSamePlanEverywhere. A better search changes both; a machine must not.
const (
	planCut  = 1037
	planHash = 0xde2c8a3e53672bb6
)
