package demo

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
)

// Picture draws the n-th picture that the scripts' acts need: a made-up scene of a wall, a path and a window, so that
// nobody's photograph stands in for one. It is a JPEG of 640 × 480.
func Picture(seed string, n int) ([]byte, error) {
	r := seeded(seed).rng(fmt.Sprintf("picture %d", n))
	m := image.NewRGBA(image.Rect(0, 0, 640, 480))
	base, ground := uint8(between(r, 150, 215)), between(r, 300, 380)
	wx, wy, ww, wh := between(r, 80, 300), between(r, 60, 140), between(r, 90, 220), between(r, 90, 130)
	for y := range 480 {
		for x := range 640 {
			c := color.RGBA{base, base - 6, base - 18, 255}
			switch grain := uint8(r.IntN(7)); {
			case y > ground:
				c = color.RGBA{base/2 + grain, base/2 + grain, base/2 + grain, 255}
			case x > wx && x < wx+ww && y > wy && y < wy+wh:
				c = color.RGBA{70 + grain, 82 + grain, 96 + grain, 255}
			case x%64 < 2 || (y+(x/64)*9)%40 < 2: // joints of the wall
				c = color.RGBA{base - 22, base - 28, base - 38, 255}
			}
			m.SetRGBA(x, y, c)
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: 82}); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
