package files

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"sync/atomic"

	"golang.org/x/image/draw"
	"golang.org/x/image/webp"

	"sanzhi/internal/kernel"
)

// Limits bound what is accepted and what is made of it.
type Limits struct {
	Bytes   int64 // of the upload
	Pixels  int   // width × height, read from the header before anything is decoded
	Side    int   // longest side of the photo that is kept
	Thumb   int   // longest side of the thumbnail
	Quality int   // of the JPEG, 1 to 100
}

// DefaultLimits are 12 MiB, 40 megapixels; kept at 2048 px and 320 px with quality 85.
var DefaultLimits = Limits{Bytes: 12 << 20, Pixels: 40_000_000, Side: 2048, Thumb: 320, Quality: 85}

// Image is a photo as it is kept.
type Image struct {
	JPEG          []byte
	Width, Height int
	SHA256        string // of JPEG, in hex
	Thumb         *Image // nil in a thumbnail
}

// Cleaner makes photos safe, a few at a time: decoding takes up to some 16 bytes a pixel (an interlaced 16-bit PNG, a
// progressive JPEG), so those that wait, wait with nothing but their upload in memory.
type Cleaner struct {
	limits  Limits
	slots   chan struct{}
	waiting atomic.Int64
	queue   int64
}

// NewCleaner makes a cleaner that decodes at most slots photos at once and lets at most queue callers wait.
func NewCleaner(l Limits, slots, queue int) *Cleaner {
	return &Cleaner{limits: l, slots: make(chan struct{}, max(slots, 1)), queue: int64(max(queue, 0))}
}

// field is the part of the upload that errors name.
const field = "photo"

func broken(cause error) error {
	return &kernel.Error{Kind: kernel.KindInvalid, Field: field, Cause: cause,
		Say: kernel.T("照片打不开，可能已损坏，请重新拍一张或换一张", "the photo cannot be opened and may be damaged; take it again or choose another")}
}

func tooLarge(say kernel.Text) error {
	return kernel.TooLarge(field, say, nil)
}

// Clean reads a JPEG, PNG or WebP, known by its content whatever its name, and gives it anew: turned upright, at most
// Side pixels long, on white where it was transparent, without any metadata. Errors: TooLarge (bytes or pixels), Invalid
// (another type, damaged), TooMany (the line is full).
func (c *Cleaner) Clean(ctx context.Context, r io.Reader) (*Image, error) {
	data, err := io.ReadAll(io.LimitReader(r, c.limits.Bytes+1))
	if err != nil {
		return nil, broken(err)
	}
	if int64(len(data)) > c.limits.Bytes {
		mib := c.limits.Bytes >> 20
		return nil, tooLarge(kernel.T(fmt.Sprintf("照片不能超过 %d MB，请换一张小一些的", mib), fmt.Sprintf("a photo may have at most %d MB; choose a smaller one", mib)))
	}
	kind, err := kindOf(data)
	if err != nil {
		return nil, err
	}
	header, err := kind.config(bytes.NewReader(data))
	if err != nil || header.Width <= 0 || header.Height <= 0 {
		return nil, broken(err)
	}
	// By division, because the product of two large sides could overflow.
	if header.Height > c.limits.Pixels/header.Width {
		m := c.limits.Pixels / 1_000_000
		return nil, tooLarge(kernel.T(fmt.Sprintf("照片不能超过 %d00 万像素，请换一张小一些的", m), fmt.Sprintf("a photo may have at most %d megapixels; choose a smaller one", m)))
	}
	if err := c.enter(ctx); err != nil {
		return nil, err
	}
	defer func() { <-c.slots }()
	src, err := kind.decode(bytes.NewReader(data))
	if err != nil {
		return nil, broken(err)
	}
	upright := turn(shrink(src, c.limits.Side), orientation(kind.exif(data)))
	photo, err := c.encode(upright)
	if err != nil {
		return nil, err
	}
	photo.Thumb, err = c.encode(shrink(upright, c.limits.Thumb))
	return photo, err
}

func (c *Cleaner) encode(m *image.RGBA) (*Image, error) {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: c.limits.Quality}); err != nil {
		return nil, kernel.Internal("files.Clean", err)
	}
	sum := sha256.Sum256(b.Bytes())
	return &Image{JPEG: b.Bytes(), Width: m.Rect.Dx(), Height: m.Rect.Dy(), SHA256: hex.EncodeToString(sum[:])}, nil
}

func (c *Cleaner) enter(ctx context.Context) error {
	select {
	case c.slots <- struct{}{}:
		return nil
	default:
	}
	if c.waiting.Add(1) > c.queue {
		c.waiting.Add(-1)
		return kernel.TooMany(kernel.T("现在上传照片的人太多，请过几秒再试", "too many photos are coming in just now; try again in a few seconds"))
	}
	defer c.waiting.Add(-1)
	select {
	case c.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// format is one type of picture that is accepted.
type format struct {
	config func(io.Reader) (image.Config, error)
	decode func(io.Reader) (image.Image, error)
	exif   func([]byte) []byte // the TIFF block of the metadata, or nil
}

// kindOf tells the type by the first bytes.
func kindOf(data []byte) (format, error) {
	at := func(i int, s string) bool { return len(data) >= i+len(s) && string(data[i:i+len(s)]) == s }
	switch {
	case at(0, "\xff\xd8\xff"):
		return format{jpeg.DecodeConfig, jpeg.Decode, exifOfJPEG}, nil
	case at(0, "\x89PNG\r\n\x1a\n"):
		return format{png.DecodeConfig, png.Decode, exifOfPNG}, nil
	case at(0, "RIFF") && at(8, "WEBP"):
		return format{webp.DecodeConfig, webp.Decode, exifOfWebP}, nil
	case at(4, "ftyphei"), at(4, "ftyphev"), at(4, "ftypmif1"), at(4, "ftypmsf1"):
		return format{}, kernel.Invalid(field, kernel.T("暂不支持 HEIC 照片，苹果手机请在“设置—相机—格式”里选“兼容性最佳”后重拍",
			"HEIC photos are not supported; on an iPhone choose Settings, Camera, Formats, Most Compatible and take it again"))
	case len(data) == 0:
		return format{}, kernel.Invalid(field, kernel.T("没有收到照片，请重新选择", "no photo arrived; choose it again"))
	default:
		return format{}, kernel.Invalid(field, kernel.T("只支持 JPEG、PNG 和 WebP 照片，请换一张", "only JPEG, PNG and WebP photos are supported; choose another"))
	}
}

// shrink gives the picture on white, at most side pixels long, never enlarged. It halves while it can and then
// interpolates once: as smooth as a wide kernel at these ratios, without that kernel's 32 bytes for each source row.
func shrink(src image.Image, side int) *image.RGBA {
	w, h := src.Bounds().Dx(), src.Bounds().Dy()
	tw, th := fit(w, h, side)
	for w >= 2*tw && h >= 2*th && w > side {
		w, h = max(w/2, tw), max(h/2, th)
		src = scale(src, w, h)
	}
	return scale(src, tw, th)
}

func fit(w, h, side int) (int, int) {
	switch long := max(w, h); {
	case long <= side:
		return w, h
	case w >= h:
		return side, max((h*side+w/2)/w, 1)
	default:
		return max((w*side+h/2)/h, 1), side
	}
}

func scale(src image.Image, w, h int) *image.RGBA {
	if m, ok := src.(*image.RGBA); ok && m.Rect == image.Rect(0, 0, w, h) {
		return m
	}
	dst := image.NewRGBA(image.Rect(0, 0, w, h))
	op := draw.Src
	if o, ok := src.(interface{ Opaque() bool }); !ok || !o.Opaque() {
		draw.Draw(dst, dst.Rect, image.NewUniform(color.White), image.Point{}, draw.Src)
		op = draw.Over
	}
	if b := src.Bounds(); b.Dx() == w && b.Dy() == h {
		draw.Draw(dst, dst.Rect, src, b.Min, op)
	} else {
		draw.ApproxBiLinear.Scale(dst, dst.Rect, src, b, op, nil)
	}
	return dst
}
