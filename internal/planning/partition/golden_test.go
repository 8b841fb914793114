package partition

// The plan of TestSamePlanEverywhere. A better search changes both; a machine must not.
const (
	planCut  = 1022
	planHash = 0x4ee41bb5c0f472c8
)
