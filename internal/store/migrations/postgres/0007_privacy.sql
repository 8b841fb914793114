-- +goose Up
-- How long a district keeps what a purpose covers, where that differs from the register's default. Every change is a row.
CREATE TABLE purpose_term (
  tenant TEXT COLLATE "C" NOT NULL,
  purpose TEXT COLLATE "C" NOT NULL,
  version INTEGER NOT NULL,
  months INTEGER NOT NULL,
  reason TEXT COLLATE "C" NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (tenant, purpose, version)
);

-- subject is whose it is, by reference: account:ID, case:ID, nomination:ID.
CREATE TABLE consent (
  tenant TEXT COLLATE "C" NOT NULL,
  id TEXT COLLATE "C" NOT NULL,
  subject TEXT COLLATE "C" NOT NULL,
  purpose TEXT COLLATE "C" NOT NULL,
  text_version INTEGER NOT NULL,
  given_by TEXT COLLATE "C" NOT NULL,
  given_at BIGINT NOT NULL,
  withdrawn_at BIGINT NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX consent_once ON consent (tenant, subject, purpose, withdrawn_at);

CREATE TABLE privacy_request (
  tenant TEXT COLLATE "C" NOT NULL,
  id TEXT COLLATE "C" NOT NULL,
  subject TEXT COLLATE "C" NOT NULL,
  path TEXT COLLATE "C" NOT NULL,
  kind TEXT COLLATE "C" NOT NULL,
  words TEXT COLLATE "C" NOT NULL,
  changes TEXT COLLATE "C" NOT NULL,
  state TEXT COLLATE "C" NOT NULL,
  answer TEXT COLLATE "C" NOT NULL,
  handler TEXT COLLATE "C" NOT NULL,
  version INTEGER NOT NULL,
  at BIGINT NOT NULL,
  due_at BIGINT NOT NULL,
  provisional SMALLINT NOT NULL,
  answered_at BIGINT NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE INDEX privacy_request_open ON privacy_request (tenant, due_at, id) WHERE state = 'open';
CREATE INDEX privacy_request_subject ON privacy_request (tenant, subject, id);

-- What retention did: how many records a purpose's clock ended, by day. No person, no object.
CREATE TABLE retention_run (
  tenant TEXT COLLATE "C" NOT NULL,
  purpose TEXT COLLATE "C" NOT NULL,
  day TEXT COLLATE "C" NOT NULL,
  n BIGINT NOT NULL,
  PRIMARY KEY (tenant, purpose, day)
);

-- Closed cases that still hold what their retention clock ends.
CREATE INDEX case_keeps ON case_record (tenant, closed_at) WHERE closed_at > 0 AND (contact <> '' OR address <> '' OR form <> '' OR phone_index <> '' OR requester <> '');

-- +goose Down
DROP INDEX case_keeps;
DROP TABLE retention_run;
DROP TABLE privacy_request;
DROP TABLE consent;
DROP TABLE purpose_term;
