package cli

import (
	"bytes"
	"encoding/json"
	"net/http"

	"sanzhi/internal/kernel"
	"sanzhi/internal/web/api"
)

type openapiCmd struct{}

// Run implements the command. The document is made of the routes alone and needs no store.
func (openapiCmd) Run(e *env) error {
	_, doc := api.New(http.NewServeMux(), api.Deps{Tenant: demoTenant, Clock: kernel.SystemClock{}, Version: "1"})
	raw, err := doc.OpenAPI().MarshalJSON()
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := json.Indent(&b, raw, "", "  "); err != nil {
		return err
	}
	b.WriteByte('\n')
	_, err = e.out.Write(b.Bytes())
	return err
}
