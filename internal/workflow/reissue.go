package workflow

import (
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"sanzhi/internal/kernel"
)

var versionLine = regexp.MustCompile(`(?m)^version:[ \t]*[0-9]+`)

// Reissue gives the source of a flow with another version number and nothing else changed, comments included. KindInvalid
// when the version does not stand on a line of its own, so that it must be changed by hand.
func Reissue(source string, version int) (string, error) {
	was, err := Parse(strings.NewReader(source))
	if err != nil {
		return "", err
	}
	at := versionLine.FindStringIndex(source)
	byHand := kernel.Invalid("version", kernel.T("版本号没有单独写一行，请手动改成 "+strconv.Itoa(version)+" 再发布", "the version does not stand on a line of its own; change it to "+strconv.Itoa(version)+" by hand and publish"))
	if at == nil {
		return "", byHand
	}
	out := source[:at[0]] + "version: " + strconv.Itoa(version) + source[at[1]:]
	now, err := Parse(strings.NewReader(out))
	if err != nil {
		return "", byHand
	}
	was.Version = version
	if !reflect.DeepEqual(was, now) {
		return "", byHand
	}
	return out, nil
}
