-- +goose Up
-- How many rows of an import were left as they are when it was undone, because they had changed since.
ALTER TABLE sheet_import ADD COLUMN left_rows INTEGER NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE sheet_import DROP COLUMN left_rows;
