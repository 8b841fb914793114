// Command sanzhi runs the everyday governance of a district: one program, one file.
package main

import (
	"os"

	"sanzhi/internal/cli"
)

func main() { os.Exit(cli.Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }
