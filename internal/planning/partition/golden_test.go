package partition

// The plan of TestSamePlanEverywhere. A better search changes both; a machine must not.
const (
	planCut  = 1030
	planHash = 0x86c8fc15cb31eab
)
