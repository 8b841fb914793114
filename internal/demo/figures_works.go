package demo

import "sanzhi/internal/kernel"

// workFigures are the figures of works: the source's rural programme and agri-tourism complex belong to 大堡子镇.
func workFigures() []Figure {
	return []Figure{{ID: "rural_works", Title: kernel.T("大堡子镇的三乡工程和农旅综合体", "rural works and complexes of the town"), Quantity: kernel.Quantity{Value: 2, Unit: "个", Qualifier: kernel.Exact}}}
}
