package api

import (
	"image/color"
	"net/url"
	"strconv"
	"strings"

	"github.com/boombuler/barcode/qr"

	"sanzhi/internal/kernel"
)

// qrSVG draws a text as a square code: dark modules on white with a quiet edge of four, as the standard asks.
func qrSVG(text string) (string, error) {
	code, err := qr.Encode(text, qr.M, qr.Auto)
	if err != nil {
		return "", kernel.Internal("qr", err)
	}
	const edge = 4
	b := code.Bounds()
	var path strings.Builder
	for y := range b.Dy() {
		for x := range b.Dx() {
			if color.GrayModel.Convert(code.At(x, y)) == (color.Gray{}) {
				path.WriteString("M" + strconv.Itoa(x+edge) + " " + strconv.Itoa(y+edge) + "h1v1h-1z")
			}
		}
	}
	n := strconv.Itoa(b.Dx() + 2*edge)
	return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ` + n + " " + n + `" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h` + n + "v" + n + `H0z"/><path d="` + path.String() + `"/></svg>`, nil
}

// pageAt gives the address of a page on the site that the reader's browser is on. Anything that is no such address is left out.
func pageAt(origin, path string) string {
	u, err := url.Parse(origin)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.Path != "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return path
	}
	return origin + path
}
