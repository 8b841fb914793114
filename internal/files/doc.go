// Package files takes in photos from anybody and gives out only what is safe to keep: a plain JPEG of bounded size, made
// anew from the pixels, with no trace of where or with what it was taken. Photos are kept by the hash of their content
// and for an hour, unless a case takes them.
package files
