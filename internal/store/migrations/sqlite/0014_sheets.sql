-- +goose Up
-- Files that were brought in, and what each did to which row, so that it can be undone: what stood there before and after is sealed.
CREATE TABLE sheet_import (
  tenant TEXT NOT NULL,
  id TEXT NOT NULL,
  sheet TEXT NOT NULL,
  file TEXT NOT NULL,
  by_ref TEXT NOT NULL,
  at BIGINT NOT NULL,
  added INTEGER NOT NULL,
  changed INTEGER NOT NULL,
  same INTEGER NOT NULL,
  undone_at BIGINT NOT NULL,
  PRIMARY KEY (tenant, id)
) WITHOUT ROWID;
CREATE INDEX sheet_import_at ON sheet_import (tenant, at);

CREATE TABLE sheet_change (
  tenant TEXT NOT NULL,
  id TEXT NOT NULL,
  import TEXT NOT NULL,
  n INTEGER NOT NULL,
  line INTEGER NOT NULL,
  object TEXT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (tenant, id)
) WITHOUT ROWID;
CREATE INDEX sheet_change_of ON sheet_change (tenant, import, n);

-- +goose Down
DROP TABLE sheet_change;
DROP TABLE sheet_import;
