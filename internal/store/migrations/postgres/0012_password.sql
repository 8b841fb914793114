-- +goose Up
-- A password that somebody else has chosen must be changed at the first sign-in.
ALTER TABLE account ADD COLUMN must_change SMALLINT NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE account DROP COLUMN must_change;
