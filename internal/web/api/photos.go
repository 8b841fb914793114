package api

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"sanzhi/internal/kernel"
	"sanzhi/internal/vault"
)

// maxUpload is the most bytes of a photo as it is sent, its form around it included.
const maxUpload = 13 << 20

// Uploaded answers a photo.
type Uploaded struct {
	ID kernel.ID `json:"id" doc:"Name it in the photos of a case within an hour"`
	W  int       `json:"w"`
	H  int       `json:"h"`
}

// photoRoutes registers what huma does not read itself: a photo is streamed to its decoder, never parsed into temporary
// files, and given out as bytes. Their operations are written into the same document.
func (s *Server) photoRoutes(api huma.API) {
	reg := api.OpenAPI().Components.Schemas
	problem := func(say string) *huma.Response {
		return &huma.Response{Description: say, Content: map[string]*huma.MediaType{"application/problem+json": {Schema: reg.Schema(typeOf[Problem](), true, "Problem")}}}
	}
	api.OpenAPI().AddOperation(&huma.Operation{Method: "POST", Path: "/uploads", OperationID: "post-uploads", Summary: "Upload a photo: JPEG, PNG or WebP",
		Description: "Open: an order may bring photos. The photo is decoded and written anew, so that nothing of the camera or the place stays in it.",
		RequestBody: &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"multipart/form-data": {Schema: &huma.Schema{Type: huma.TypeObject,
			Properties: map[string]*huma.Schema{"photo": {Type: huma.TypeString, Format: "binary"}}}}}},
		Responses: map[string]*huma.Response{"201": {Description: "Kept for an hour", Content: map[string]*huma.MediaType{"application/json": {Schema: reg.Schema(typeOf[Uploaded](), true, "Uploaded")}}},
			"413": problem("Too large"), "422": problem("Not a photo"), "429": problem("Too many")}})
	for _, p := range []string{"/photos/{id}", "/photos/{id}/thumb"} {
		api.OpenAPI().AddOperation(&huma.Operation{Method: "GET", Path: p, OperationID: operationID(op{method: "get", path: p}), Summary: "A photo as JPEG",
			Description: "To whom may read its case, or holds the order's code.",
			Parameters: []*huma.Param{{Name: "id", In: "path", Required: true, Schema: &huma.Schema{Type: huma.TypeString}},
				{Name: "code", In: "query", Schema: &huma.Schema{Type: huma.TypeString}}},
			Responses: map[string]*huma.Response{"200": {Description: "The photo", Content: map[string]*huma.MediaType{"image/jpeg": {}}}, "404": problem("Not there, or not to be seen")}})
	}
}

// Plain registers the routes that are not huma's on the mux.
func (s *Server) Plain(mux humago.Mux) {
	mux.HandleFunc("GET /api/v1/map", s.mapHandler)
	mux.HandleFunc("POST /api/v1/uploads", s.upload)
	mux.HandleFunc("GET /api/v1/photos/{id}", func(w http.ResponseWriter, r *http.Request) { s.photo(w, r, false) })
	mux.HandleFunc("GET /api/v1/photos/{id}/thumb", func(w http.ResponseWriter, r *http.Request) { s.photo(w, r, true) })
	mux.HandleFunc("GET /api/v1/sheets/{id}/template.xlsx", s.sheetTemplate)
	mux.HandleFunc("GET /api/v1/sheets/{id}/export.xlsx", s.sheetExport)
	mux.HandleFunc("POST /api/v1/sheets/{id}/import", s.sheetImport)
}

func (s *Server) upload(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	u, err := s.receive(w, r)
	if err != nil {
		writeProblem(w, ProblemOf(ctx, err))
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusCreated)
	_ = json.NewEncoder(w).Encode(u) //nolint:errchkjson // the client is gone when this fails
}

func (s *Server) receive(w http.ResponseWriter, r *http.Request) (*Uploaded, error) {
	ctx, c := r.Context(), CallerOf(r.Context())
	if c.Actor.Kind == kernel.ActorAnonymous {
		if err := s.Uploads.Allow(c.Address, ""); err != nil {
			return nil, err
		}
	}
	// A slow line has two minutes for a photo; the server's own limits are for small bodies.
	limits := http.NewResponseController(w)
	_ = limits.SetReadDeadline(time.Now().Add(2 * time.Minute))
	_ = limits.SetWriteDeadline(time.Now().Add(3 * time.Minute)) // else the answer to a slow upload is cut off
	r.Body = http.MaxBytesReader(w, r.Body, maxUpload)
	mr, err := r.MultipartReader()
	if err != nil {
		return nil, kernel.Malformed("photo", kernel.T("请用表单方式上传一张照片", "send the photo as a multipart form"))
	}
	for {
		part, err := mr.NextPart()
		if errors.Is(err, io.EOF) {
			return nil, kernel.Invalid("photo", kernel.T("没有收到照片，请选一张", "no photo was sent; choose one"))
		}
		if err != nil {
			return nil, uploadError(err)
		}
		if part.FileName() == "" {
			continue
		}
		sum := sha256.New()
		u, err := s.Files.Receive(ctx, c.Actor.Tenant, io.TeeReader(part, sum))
		if err != nil {
			return nil, uploadError(err)
		}
		return s.uploadedOnce(ctx, c, r.Header.Get("Idempotency-Key"), sum.Sum(nil), &Uploaded{ID: u.ID, W: u.Width, H: u.Height})
	}
}

// uploadedOnce gives a repeated upload its first answer. What is compared is the photo as it was sent, not the form around
// it, whose boundary is another each time; the photo that was kept for the repetition goes within the hour, unnamed.
func (s *Server) uploadedOnce(ctx context.Context, c Caller, key string, sent []byte, u *Uploaded) (*Uploaded, error) {
	if key == "" {
		return u, nil
	}
	k, err := requestKey(c, key, append([]byte("POST /uploads\n"), sent...))
	if err != nil {
		return nil, err
	}
	answer, replayed, err := s.Once.Do(ctx, k, func(kernel.Tx) ([]byte, error) { return json.Marshal(u) })
	if err == nil && replayed {
		err = json.Unmarshal(answer, u)
	}
	return u, err
}

// uploadError tells a body that was cut at its limit from one that cannot be read.
func uploadError(err error) error {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return &kernel.Error{Kind: kernel.KindTooLarge, Field: "photo", Cause: err, Say: kernel.T("照片太大了，最大 12 MB", "the photo is too large; 12 MB at most")}
	}
	var e *kernel.Error
	if errors.As(err, &e) {
		return err
	}
	return &kernel.Error{Kind: kernel.KindMalformed, Field: "photo", Cause: err, Say: kernel.T("照片没有传完整，请再传一次", "the photo did not arrive whole; send it again")}
}

func (s *Server) photo(w http.ResponseWriter, r *http.Request, thumb bool) {
	ctx := r.Context()
	data, err := s.readPhoto(ctx, r.PathValue("id"), r.URL.Query().Get("code"), thumb)
	if err != nil {
		writeProblem(w, ProblemOf(ctx, err))
		return
	}
	h := w.Header()
	h.Set("Content-Type", "image/jpeg")
	h.Set("Cache-Control", "private, max-age=3600, immutable")
	h.Set("Content-Disposition", "inline")
	_, _ = w.Write(data) //nolint:gosec // a picture that this program drew anew, with its type and nosniff
}

var noPhoto = kernel.T("没有这张照片", "there is no such photo")

func (s *Server) readPhoto(ctx context.Context, rawID, code string, thumb bool) ([]byte, error) {
	id, err := kernel.ParseID("id", rawID)
	if err != nil {
		return nil, kernel.NotFound(noPhoto)
	}
	actor := CallerOf(ctx).Actor
	var track vault.TrackCode
	if code != "" {
		var t kernel.Tenant
		if track, t, err = vault.ParseTrackCode(code); err != nil {
			return nil, kernel.NotFound(noPhoto)
		}
		actor = kernel.Anonymous(t)
	}
	data, u, err := s.Files.Open(ctx, actor.Tenant, id, thumb)
	if err != nil {
		return nil, err
	}
	if u.Case == "" {
		return nil, kernel.NotFound(noPhoto) // not yet part of a case: nobody's to see
	}
	err = s.Store.View(ctx, actor.Tenant, func(tx kernel.Tx) error {
		if track != "" {
			f, err := s.Cases.Follow(tx, track)
			if err == nil && f.Own.ID != u.Case && f.Case.ID != u.Case {
				return kernel.NotFound(noPhoto)
			}
			return err
		}
		if s.Rounds != nil && s.Rounds.ReadPhoto(tx, actor, u.Case) == nil {
			return nil // of a duty's result
		}
		_, _, err := s.Cases.Read(tx, actor, u.Case)
		if kernel.Is(err, kernel.KindNotFound) && s.mayWorkPhoto(tx, actor, u.Case) {
			return nil // it belongs to a work
		}
		if kernel.Is(err, kernel.KindUnsigned) {
			return err
		}
		if err != nil {
			return kernel.NotFound(noPhoto)
		}
		return nil
	})
	return data, err
}
