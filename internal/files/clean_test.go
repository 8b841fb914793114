package files

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"

	"sanzhi/internal/kernel"
)

var ctx = context.Background()

var (
	red, green, blue, black = color.RGBA{220, 0, 0, 255}, color.RGBA{0, 200, 0, 255}, color.RGBA{0, 0, 220, 255}, color.RGBA{0, 0, 0, 255}
	white                   = color.RGBA{255, 255, 255, 255}
)

// corners draws a picture with a colour in each quarter: red, green; blue, black.
func corners(w, h int) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := red
			switch {
			case x >= w/2 && y >= h/2:
				c = black
			case x >= w/2:
				c = green
			case y >= h/2:
				c = blue
			}
			m.SetRGBA(x, y, c)
		}
	}
	return m
}

func asJPEG(tb testing.TB, m image.Image) []byte {
	tb.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: 95}); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

func asPNG(tb testing.TB, m image.Image) []byte {
	tb.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

const gpsMark = "GPS-36.6484989N-101.7593426E"

// tiffWith is a TIFF block as a telephone writes it: orientation, a maker, and a GPS directory with a position.
func tiffWith(order binary.AppendByteOrder, o uint16) []byte {
	b := []byte("II*\x00")
	if order == binary.BigEndian {
		b = []byte("MM\x00*")
	}
	b = order.AppendUint32(b, 8)
	entry := func(tag, typ uint16, n, v uint32) {
		b = order.AppendUint16(order.AppendUint16(b, tag), typ)
		b = order.AppendUint32(b, n)
		if typ == 3 { // a short stands in the first two bytes of the value
			b = order.AppendUint16(order.AppendUint16(b, uint16(v)), 0)
		} else {
			b = order.AppendUint32(b, v)
		}
	}
	b = order.AppendUint16(b, 3)
	entry(0x010f, 2, uint32(len(gpsMark)), 8+2+36+4+2+12+4) // Make, behind both directories
	entry(0x0112, 3, 1, uint32(o))
	entry(0x8825, 4, 1, 8+2+36+4) // GPS directory
	b = order.AppendUint32(b, 0)
	b = order.AppendUint16(b, 1)
	entry(0x0002, 2, uint32(len(gpsMark)), 8+2+36+4+2+12+4) // GPSLatitude
	b = order.AppendUint32(b, 0)
	return append(b, gpsMark...)
}

// withExif puts an APP1 segment behind the start of a JPEG, and a comment with the mark.
func withExif(jpg, tiff []byte) []byte {
	body := append([]byte("Exif\x00\x00"), tiff...)
	out := append([]byte{}, jpg[:2]...)
	out = append(out, 0xff, 0xfe)
	out = binary.BigEndian.AppendUint16(out, uint16(2+len(gpsMark)))
	out = append(out, gpsMark...)
	out = append(out, 0xff, 0xe1)
	out = binary.BigEndian.AppendUint16(out, uint16(2+len(body)))
	return append(append(out, body...), jpg[2:]...)
}

func pngChunk(kind string, data []byte) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(data)))
	b = append(append(b, kind...), data...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:]))
}

// withChunk puts chunks behind the header of a PNG (8 bytes of signature, 25 of IHDR).
func withChunk(p []byte, chunks ...[]byte) []byte {
	out := append([]byte{}, p[:33]...)
	for _, c := range chunks {
		out = append(out, c...)
	}
	return append(out, p[33:]...)
}

func cleaner() *Cleaner { return NewCleaner(DefaultLimits, 1, 1) }

func clean(t *testing.T, data []byte) (*Image, image.Image) {
	t.Helper()
	got, err := cleaner().Clean(ctx, bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	m, err := jpeg.Decode(bytes.NewReader(got.JPEG))
	if err != nil {
		t.Fatal(err)
	}
	if b := m.Bounds(); b.Dx() != got.Width || b.Dy() != got.Height {
		t.Fatalf("says %d×%d, is %v", got.Width, got.Height, b)
	}
	if sum := sha256.Sum256(got.JPEG); got.SHA256 != hex.EncodeToString(sum[:]) {
		t.Fatal("the hash is not that of the content")
	}
	return got, m
}

// near reports whether the pixel has about the colour; JPEG does not keep it exactly.
func near(m image.Image, x, y int, want color.RGBA) bool {
	r, g, b, _ := m.At(x, y).RGBA()
	for _, d := range []int{int(r>>8) - int(want.R), int(g>>8) - int(want.G), int(b>>8) - int(want.B)} {
		if d < -24 || d > 24 {
			return false
		}
	}
	return true
}

func TestNoTraceIsLeft(t *testing.T) {
	m := corners(64, 32)
	for name, data := range map[string][]byte{
		"jpeg": withExif(asJPEG(t, m), tiffWith(binary.LittleEndian, 1)),
		"png": withChunk(asPNG(t, m), pngChunk("eXIf", tiffWith(binary.BigEndian, 1)), pngChunk("tEXt", []byte("Location\x00"+gpsMark)),
			pngChunk("iTXt", []byte("XML:com.adobe.xmp\x00\x00\x00\x00\x00<xmp>"+gpsMark))),
		"behind the end": append(asJPEG(t, m), gpsMark...),
	} {
		if !bytes.Contains(data, []byte(gpsMark)) {
			t.Fatalf("%s: the crafted photo has no position", name)
		}
		got, _ := clean(t, data)
		for _, out := range []*Image{got, got.Thumb} {
			for _, trace := range []string{gpsMark, "Exif", "GPS", "II*\x00", "MM\x00*", "xmp", "\xff\xe1", "\xff\xfe"} {
				if bytes.Contains(out.JPEG, []byte(trace)) {
					t.Errorf("%s: %q is left", name, trace)
				}
			}
		}
	}
}

func TestOrientation(t *testing.T) {
	// Where the stored top left (red) and top right (green) corners are to be seen, by TIFF 6.0.
	const tl, tr, bl, br = 0, 1, 2, 3
	want := map[int][2]int{1: {tl, tr}, 2: {tr, tl}, 3: {br, bl}, 4: {bl, br}, 5: {tl, bl}, 6: {tr, br}, 7: {br, tr}, 8: {bl, tl}}
	jpg, pngs := asJPEG(t, corners(64, 32)), asPNG(t, corners(64, 32))
	for o, at := range want {
		for name, data := range map[string][]byte{
			"little": withExif(jpg, tiffWith(binary.LittleEndian, uint16(o))), "big": withExif(jpg, tiffWith(binary.BigEndian, uint16(o))),
			"png": withChunk(pngs, pngChunk("eXIf", tiffWith(binary.BigEndian, uint16(o)))),
		} {
			got, m := clean(t, data)
			w, h := 64, 32
			if o >= 5 {
				w, h = h, w
			}
			if got.Width != w || got.Height != h {
				t.Errorf("%s %d: %d×%d", name, o, got.Width, got.Height)
				continue
			}
			corner := func(i int) (int, int) { return []int{4, w - 5}[i%2], []int{4, h - 5}[i/2] }
			for i, c := range []color.RGBA{red, green} {
				if x, y := corner(at[i]); !near(m, x, y, c) {
					t.Errorf("%s %d: corner %d shows %v", name, o, at[i], m.At(x, y))
				}
			}
		}
	}
	for _, o := range []uint16{0, 9, 65535} {
		if got, _ := clean(t, withExif(jpg, tiffWith(binary.LittleEndian, o))); got.Width != 64 {
			t.Errorf("orientation %d turns the photo", o)
		}
	}
}

func TestExifOfWebP(t *testing.T) {
	tiff := tiffWith(binary.LittleEndian, 6)
	for _, head := range []string{"", "Exif\x00\x00"} {
		body := append([]byte(head), tiff...)
		b := append([]byte("RIFF\x00\x00\x00\x00WEBPVP8X\x03\x00\x00\x00abc\x00EXIF"), binary.LittleEndian.AppendUint32(nil, uint32(len(body)))...)
		if o := orientation(exifOfWebP(append(b, body...))); o != 6 {
			t.Errorf("with %q: %d", head, o)
		}
	}
}

func TestSizes(t *testing.T) {
	for _, tt := range []struct{ w, h, w2, h2, tw, th int }{
		{64, 32, 64, 32, 64, 32}, {2048, 512, 2048, 512, 320, 80}, {2049, 100, 2048, 100, 320, 16}, {2400, 1800, 2048, 1536, 320, 240},
		{300, 5000, 123, 2048, 19, 320}, {9000, 1, 2048, 1, 320, 1}, {1, 9000, 1, 2048, 1, 320}, {1, 1, 1, 1, 1, 1},
	} {
		m := image.NewGray(image.Rect(0, 0, tt.w, tt.h))
		got, _ := clean(t, asPNG(t, m))
		if got.Width != tt.w2 || got.Height != tt.h2 || got.Thumb.Width != tt.tw || got.Thumb.Height != tt.th {
			t.Errorf("%d×%d → %d×%d and %d×%d", tt.w, tt.h, got.Width, got.Height, got.Thumb.Width, got.Thumb.Height)
		}
	}
	// Shrinking keeps what is where, from every kind of source.
	for name, data := range map[string][]byte{"jpeg": asJPEG(t, corners(4300, 700)), "png": asPNG(t, corners(4300, 700))} {
		got, m := clean(t, data)
		thumb, err := jpeg.Decode(bytes.NewReader(got.Thumb.JPEG))
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range []image.Image{m, thumb} {
			w, h := m.Bounds().Dx(), m.Bounds().Dy()
			if !near(m, w/4, h/4, red) || !near(m, 3*w/4, h/4, green) || !near(m, w/4, 3*h/4, blue) || !near(m, 3*w/4, 3*h/4, black) {
				t.Errorf("%s: colours moved at %d×%d", name, w, h)
			}
		}
	}
}

// A fine pattern becomes an even grey: each source pixel counts, none is skipped.
func TestShrinkIsSmooth(t *testing.T) {
	m := image.NewGray(image.Rect(0, 0, 400, 64))
	for y := range 64 {
		for x := 0; x < 400; x += 4 {
			m.SetGray(x, y, color.Gray{255})
		}
	}
	small := shrink(m, 100)
	if small.Rect.Dx() != 100 || small.Rect.Dy() != 16 {
		t.Fatalf("%v", small.Rect)
	}
	for x := range 100 {
		if !near(small, x, 8, color.RGBA{64, 64, 64, 255}) {
			t.Fatalf("at %d: %v", x, small.At(x, 8))
		}
	}
}

func TestExifStandsBeforeThePicture(t *testing.T) {
	app1 := append([]byte("\xff\xe1\x00\x5cExif\x00\x00"), tiffWith(binary.LittleEndian, 6)...)
	binary.BigEndian.PutUint16(app1[2:], uint16(len(app1)-2))
	for head, want := range map[string]int{"": 6, "\xff\xdb\x00\x03x": 6, "\xff\xff\xff\xe0\x00\x04xy": 6, "\xff\xe1\x00\x06http": 6,
		"\xff\xda\x00\x03x": 1, "\xff\xd9": 1, "x": 1, "\xff\xe0\x00\x01": 1, "\xff\xe0\xff\xff": 1} {
		if got := orientation(exifOfJPEG([]byte("\xff\xd8" + head + string(app1)))); got != want {
			t.Errorf("behind %q: %d, want %d", head, got, want)
		}
	}
}

func TestTransparentBecomesWhite(t *testing.T) {
	m := image.NewNRGBA(image.Rect(0, 0, 32, 32))
	for i := range 32 * 16 { // the upper half is red, the lower transparent black
		m.Set(i%32, i/32, red)
	}
	_, got := clean(t, asPNG(t, m))
	if !near(got, 16, 4, red) || !near(got, 16, 28, white) {
		t.Errorf("%v, %v", got.At(16, 4), got.At(16, 28))
	}
}

// The two smallest WebP pictures, lossy and lossless, of one pixel.
const (
	webpLossy    = "UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA"
	webpLossless = "UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA=="
)

func unbase(tb testing.TB, s string) []byte {
	tb.Helper()
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

func TestWebP(t *testing.T) {
	for _, s := range []string{webpLossy, webpLossless} {
		if got, _ := clean(t, unbase(t, s)); got.Width != 1 || got.Height != 1 {
			t.Errorf("%d×%d", got.Width, got.Height)
		}
	}
}

func TestRefuses(t *testing.T) {
	var g bytes.Buffer
	if err := gif.Encode(&g, corners(8, 8), nil); err != nil {
		t.Fatal(err)
	}
	good := asJPEG(t, corners(64, 64))
	// A PNG of 30,000 × 30,000 whose body is missing: refused for its size, so it was never decoded.
	bomb := asPNG(t, corners(8, 8))
	bomb = append([]byte{}, bomb...)
	binary.BigEndian.PutUint32(bomb[16:], 30000)
	binary.BigEndian.PutUint32(bomb[20:], 30000)
	binary.BigEndian.PutUint32(bomb[29:], crc32.ChecksumIEEE(bomb[12:29]))
	// A JPEG of 65,535 × 65,535.
	wide := append([]byte{}, good...)
	sof := bytes.Index(wide, []byte{0xff, 0xc0})
	copy(wide[sof+5:], []byte{0xff, 0xff, 0xff, 0xff})
	for name, tt := range map[string]struct {
		data []byte
		kind kernel.Kind
		say  string
	}{
		"empty":              {nil, kernel.KindInvalid, "没有收到"},
		"gif":                {g.Bytes(), kernel.KindInvalid, "只支持"},
		"a program":          {[]byte("\x7fELF and so on"), kernel.KindInvalid, "只支持"},
		"svg":                {[]byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>`), kernel.KindInvalid, "只支持"},
		"heic":               {[]byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00"), kernel.KindInvalid, "HEIC"},
		"cut off":            {good[:len(good)/2], kernel.KindInvalid, "打不开"},
		"only the signature": {good[:3], kernel.KindInvalid, "打不开"},
		"png bomb":           {bomb, kernel.KindTooLarge, "像素"},
		"jpeg bomb":          {wide, kernel.KindTooLarge, "像素"},
		"too many bytes":     {append(good, make([]byte, 12<<20)...), kernel.KindTooLarge, "12 MB"},
	} {
		got, err := cleaner().Clean(ctx, bytes.NewReader(tt.data))
		var e *kernel.Error
		if got != nil || !errors.As(err, &e) || e.Kind != tt.kind || !strings.Contains(e.Say.Zh, tt.say) || e.Say.En == "" || e.Field != "photo" {
			t.Errorf("%s: %v", name, err)
		}
	}
	// What is just within the limit of pixels passes, one row more does not.
	c := NewCleaner(Limits{Bytes: 1 << 20, Pixels: 64 * 64, Side: 100, Thumb: 10, Quality: 85}, 1, 1)
	if _, err := c.Clean(ctx, bytes.NewReader(good)); err != nil {
		t.Error(err)
	}
	if _, err := c.Clean(ctx, bytes.NewReader(asJPEG(t, corners(64, 65)))); !kernel.Is(err, kernel.KindTooLarge) {
		t.Error(err)
	}
}

func TestLine(t *testing.T) {
	c := NewCleaner(DefaultLimits, 1, 1)
	data := asJPEG(t, corners(8, 8))
	c.slots <- struct{}{}
	done := make(chan error)
	go func() { _, err := c.Clean(ctx, bytes.NewReader(data)); done <- err }()
	for c.waiting.Load() == 0 {
		select {
		case err := <-done:
			t.Fatalf("did not wait: %v", err)
		default:
		}
	}
	if _, err := c.Clean(ctx, bytes.NewReader(data)); !kernel.Is(err, kernel.KindTooMany) {
		t.Errorf("beyond the line: %v", err)
	}
	<-c.slots
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func FuzzClean(f *testing.F) {
	f.Add(withExif(asJPEG(f, corners(16, 8)), tiffWith(binary.LittleEndian, 6)))
	f.Add(withChunk(asPNG(f, corners(9, 7)), pngChunk("eXIf", tiffWith(binary.BigEndian, 8))))
	f.Add(unbase(f, webpLossy))
	f.Add(unbase(f, webpLossless))
	f.Add([]byte("RIFF\x00\x00\x00\x00WEBPEXIF\xff\xff\xff\xff"))
	c := NewCleaner(Limits{Bytes: 1 << 16, Pixels: 10_000, Side: 40, Thumb: 10, Quality: 85}, 4, 100)
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := c.Clean(ctx, bytes.NewReader(data))
		if err != nil {
			if k := kernel.KindOf(err); k != kernel.KindInvalid && k != kernel.KindTooLarge {
				t.Fatalf("%v", err)
			}
			return
		}
		for i, m := range []*Image{got, got.Thumb} {
			if limit := []int{40, 10}[i]; m.Width < 1 || m.Height < 1 || m.Width > limit || m.Height > limit {
				t.Fatalf("%d×%d", m.Width, m.Height)
			}
			if _, err := jpeg.Decode(bytes.NewReader(m.JPEG)); err != nil || bytes.Contains(m.JPEG, []byte("Exif")) {
				t.Fatal(fmt.Sprint(err))
			}
		}
	})
}
