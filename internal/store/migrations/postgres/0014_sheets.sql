-- +goose Up
-- Files that were brought in, and what each did to which row, so that it can be undone: what stood there before and after is sealed.
CREATE TABLE sheet_import (
  tenant TEXT COLLATE "C" NOT NULL,
  id TEXT COLLATE "C" NOT NULL,
  sheet TEXT COLLATE "C" NOT NULL,
  file TEXT COLLATE "C" NOT NULL,
  by_ref TEXT COLLATE "C" NOT NULL,
  at BIGINT NOT NULL,
  added INTEGER NOT NULL,
  changed INTEGER NOT NULL,
  same INTEGER NOT NULL,
  undone_at BIGINT NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE INDEX sheet_import_at ON sheet_import (tenant, at);

CREATE TABLE sheet_change (
  tenant TEXT COLLATE "C" NOT NULL,
  id TEXT COLLATE "C" NOT NULL,
  import TEXT COLLATE "C" NOT NULL,
  n INTEGER NOT NULL,
  line INTEGER NOT NULL,
  object TEXT COLLATE "C" NOT NULL,
  body TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE INDEX sheet_change_of ON sheet_change (tenant, import, n);

-- +goose Down
DROP TABLE sheet_change;
DROP TABLE sheet_import;
