-- +goose Up
-- A bulletin as it was issued: body is canonical JSON that nothing changes, digest its SHA-256, which the ledger row has.
CREATE TABLE report (
  tenant TEXT NOT NULL,
  id TEXT NOT NULL,
  template TEXT NOT NULL,
  year INTEGER NOT NULL,
  n INTEGER NOT NULL,
  path TEXT NOT NULL,
  from_at BIGINT NOT NULL,
  to_at BIGINT NOT NULL,
  as_of BIGINT NOT NULL,
  status TEXT NOT NULL,
  version INTEGER NOT NULL,
  auto TEXT NOT NULL,
  body TEXT NOT NULL,
  digest TEXT NOT NULL,
  ledger_row TEXT NOT NULL,
  published_at BIGINT NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX report_number ON report (tenant, template, year, n);
-- What is made by itself is made once.
CREATE UNIQUE INDEX report_auto ON report (tenant, auto) WHERE auto <> '';
CREATE INDEX report_status ON report (tenant, status, id);

-- The commitment of each record that a figure counted.
CREATE TABLE report_entry (
  tenant TEXT NOT NULL,
  report TEXT NOT NULL,
  figure TEXT NOT NULL,
  record TEXT NOT NULL,
  entry TEXT NOT NULL,
  PRIMARY KEY (tenant, report, figure, record)
) WITHOUT ROWID;

-- +goose Down
DROP TABLE report_entry;
DROP TABLE report;
