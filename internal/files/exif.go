package files

import (
	"bytes"
	"encoding/binary"
	"image"
)

// exifOfJPEG finds the TIFF block in the first APP1 segment that holds Exif (CIPA DC-008).
func exifOfJPEG(data []byte) []byte {
	for i := 2; i+4 <= len(data); {
		if data[i] != 0xff {
			return nil
		}
		marker := data[i+1]
		switch {
		case marker == 0xff: // fill byte
			i++
			continue
		case marker == 0xda || marker == 0xd9: // the picture begins, or ends
			return nil
		case marker == 0x01 || marker >= 0xd0 && marker <= 0xd7: // no length
			i += 2
			continue
		}
		n := int(binary.BigEndian.Uint16(data[i+2:]))
		if n < 2 || i+2+n > len(data) {
			return nil
		}
		if tiff, ok := bytes.CutPrefix(data[i+4:i+2+n], []byte("Exif\x00\x00")); ok && marker == 0xe1 {
			return tiff
		}
		i += 2 + n
	}
	return nil
}

// exifOfPNG finds the eXIf chunk (PNG third edition, 11.3.3.5).
func exifOfPNG(data []byte) []byte {
	for i := 8; i+12 <= len(data); {
		n := binary.BigEndian.Uint32(data[i:])
		if uint64(n) > uint64(len(data)-i-12) {
			return nil
		}
		if string(data[i+4:i+8]) == "eXIf" {
			return data[i+8 : i+8+int(n)]
		}
		i += 12 + int(n)
	}
	return nil
}

// exifOfWebP finds the EXIF chunk (RFC 9649); some writers put the JPEG header before it.
func exifOfWebP(data []byte) []byte {
	for i := 12; i+8 <= len(data); {
		n := binary.LittleEndian.Uint32(data[i+4:])
		if uint64(n) > uint64(len(data)-i-8) {
			return nil
		}
		if string(data[i:i+4]) == "EXIF" {
			return bytes.TrimPrefix(data[i+8:i+8+int(n)], []byte("Exif\x00\x00"))
		}
		i += 8 + int(n) + int(n&1)
	}
	return nil
}

// orientation reads tag 0x0112 of the first directory of a TIFF block: 1 to 8, or 1 when it is missing or senseless.
func orientation(tiff []byte) int {
	if len(tiff) < 8 {
		return 1
	}
	var order binary.ByteOrder
	switch string(tiff[:4]) {
	case "II*\x00":
		order = binary.LittleEndian
	case "MM\x00*":
		order = binary.BigEndian
	default:
		return 1
	}
	at := uint64(order.Uint32(tiff[4:]))
	if at+2 > uint64(len(tiff)) {
		return 1
	}
	n := int(order.Uint16(tiff[at:]))
	entries := tiff[at+2:]
	for i := 0; i < n && len(entries) >= 12; i++ {
		const tagOrientation, typeShort = 0x0112, 3
		if order.Uint16(entries) == tagOrientation && order.Uint16(entries[2:]) == typeShort {
			if o := int(order.Uint16(entries[8:])); o >= 1 && o <= 8 {
				return o
			}
			return 1
		}
		entries = entries[12:]
	}
	return 1
}

// turn gives the picture upright: what is stored in the orientation o (TIFF 6.0, Orientation) as it is to be seen.
func turn(src *image.RGBA, o int) *image.RGBA {
	if o <= 1 || o > 8 {
		return src
	}
	w, h := src.Rect.Dx(), src.Rect.Dy()
	if o >= 5 { // 5 to 8 exchange rows and columns
		w, h = h, w
	}
	dst := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			sx, sy := x, y
			switch o {
			case 2:
				sx = w - 1 - x
			case 3:
				sx, sy = w-1-x, h-1-y
			case 4:
				sy = h - 1 - y
			case 5:
				sx, sy = y, x
			case 6:
				sx, sy = y, w-1-x
			case 7:
				sx, sy = h-1-y, w-1-x
			case 8:
				sx, sy = h-1-y, x
			}
			copy(dst.Pix[dst.PixOffset(x, y):][:4], src.Pix[src.PixOffset(sx, sy):][:4])
		}
	}
	return dst
}
