package api

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"sanzhi/internal/access"
	"sanzhi/internal/kernel"
	"sanzhi/internal/works"
)

// WorkPart names something that belongs to a work.
type WorkPart struct {
	WorkID
	Part kernel.ID `path:"part" maxLength:"26"`
}

type workItemChangeIn struct {
	WorkPart
	Key     string `header:"Idempotency-Key"`
	RawBody []byte
	Body    struct {
		Version int           `json:"version" doc:"Of the work"`
		Item    WorkItemDraft `json:"item"`
	}
}

type workItemDropIn struct {
	WorkPart
	Key     string `header:"Idempotency-Key"`
	RawBody []byte
	Body    struct {
		Version int    `json:"version" doc:"Of the work"`
		Reason  string `json:"reason" maxLength:"200"`
	}
}

type workPhotoDropIn struct {
	WorkPart
	Key string `header:"Idempotency-Key"`
}

func (s *Server) workEditRoutes(api huma.API) {
	write, bad := access.WorkWrite, []int{401, 403, 404, 409}
	handle(s, api, op{method: "POST", path: "/works/{id}/items/{part}/change", perm: write, sum: "Write a line of a work's bill anew", errors: bad}, s.changeWorkItem)
	handle(s, api, op{method: "POST", path: "/works/{id}/items/{part}/drop", perm: write, sum: "Take a line out of a work's bill, with the reason", errors: bad}, s.dropWorkItem)
	handle(s, api, op{method: "POST", path: "/works/{id}/photos/{part}/drop", perm: write, sum: "Take a photo out of a work", errors: bad}, s.dropWorkPhoto)
}

// draft reads a line; faults name the field after prefix.
func (d WorkItemDraft) draft(prefix string) (works.ItemDraft, error) {
	q, err := works.ParseQuantity(prefix+"quantity", d.Quantity)
	if err != nil {
		return works.ItemDraft{}, err
	}
	out := works.ItemDraft{Subject: d.Subject, Group: d.Group, Action: works.Action(d.Action), Quantity: q, Location: d.Location, Source: d.Source}
	if d.Own != "" {
		own, err := works.ParseQuantity(prefix+"own", d.Own)
		if err != nil {
			return out, err
		}
		out.Own = &own
	}
	return out, nil
}

func (s *Server) changeWorkItem(ctx context.Context, in *workItemChangeIn) (*body[WorkDetail], error) {
	return s.workAct(ctx, in.Key, "POST /works/"+string(in.ID)+"/items/"+string(in.Part)+"/change", in.RawBody, func(tx kernel.Tx, a kernel.Actor) (kernel.ID, error) {
		d, err := in.Body.Item.draft("")
		if err != nil {
			return "", err
		}
		_, err = s.Works.ChangeItem(tx, a, in.ID, in.Part, in.Body.Version, d)
		return in.ID, err
	})
}

func (s *Server) dropWorkItem(ctx context.Context, in *workItemDropIn) (*body[WorkDetail], error) {
	return s.workAct(ctx, in.Key, "POST /works/"+string(in.ID)+"/items/"+string(in.Part)+"/drop", in.RawBody, func(tx kernel.Tx, a kernel.Actor) (kernel.ID, error) {
		return in.ID, s.Works.DropItem(tx, a, in.ID, in.Part, in.Body.Version, in.Body.Reason)
	})
}

func (s *Server) dropWorkPhoto(ctx context.Context, in *workPhotoDropIn) (*body[WorkDetail], error) {
	return s.workAct(ctx, in.Key, "POST /works/"+string(in.ID)+"/photos/"+string(in.Part)+"/drop", nil, func(tx kernel.Tx, a kernel.Actor) (kernel.ID, error) {
		return in.ID, s.Works.DropPhoto(tx, a, in.ID, in.Part)
	})
}
