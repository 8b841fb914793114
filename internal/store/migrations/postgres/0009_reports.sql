-- +goose Up
-- A bulletin as it was issued: body is canonical JSON that nothing changes, digest its SHA-256, which the ledger row has.
CREATE TABLE report (
  tenant TEXT COLLATE "C" NOT NULL,
  id TEXT COLLATE "C" NOT NULL,
  template TEXT COLLATE "C" NOT NULL,
  year INTEGER NOT NULL,
  n INTEGER NOT NULL,
  path TEXT COLLATE "C" NOT NULL,
  from_at BIGINT NOT NULL,
  to_at BIGINT NOT NULL,
  as_of BIGINT NOT NULL,
  status TEXT COLLATE "C" NOT NULL,
  version INTEGER NOT NULL,
  auto TEXT COLLATE "C" NOT NULL,
  body TEXT COLLATE "C" NOT NULL,
  digest TEXT COLLATE "C" NOT NULL,
  ledger_row TEXT COLLATE "C" NOT NULL,
  published_at BIGINT NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX report_number ON report (tenant, template, year, n);
-- What is made by itself is made once.
CREATE UNIQUE INDEX report_auto ON report (tenant, auto) WHERE auto <> '';
CREATE INDEX report_status ON report (tenant, status, id);

-- The commitment of each record that a figure counted.
CREATE TABLE report_entry (
  tenant TEXT COLLATE "C" NOT NULL,
  report TEXT COLLATE "C" NOT NULL,
  figure TEXT COLLATE "C" NOT NULL,
  record TEXT COLLATE "C" NOT NULL,
  entry TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (tenant, report, figure, record)
);

-- +goose Down
DROP TABLE report_entry;
DROP TABLE report;
