-- +goose Up
-- Who visits by a consent of its own: the institution, such as the clinic, to which name, telephone and address were passed on.
ALTER TABLE round_care ADD COLUMN partner TEXT COLLATE "C" NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE round_care DROP COLUMN partner;
