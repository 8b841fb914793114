-- +goose Up
CREATE TABLE ballot (
  tenant TEXT NOT NULL,
  id TEXT NOT NULL,
  place TEXT NOT NULL,
  path TEXT NOT NULL,
  about TEXT NOT NULL,
  title TEXT NOT NULL,
  body TEXT NOT NULL,
  proposer TEXT NOT NULL,
  proposer_name TEXT NOT NULL,
  step TEXT NOT NULL,
  mode TEXT NOT NULL,
  options TEXT NOT NULL,
  quorum INTEGER NOT NULL,
  need INTEGER NOT NULL,
  opened_at BIGINT NOT NULL,
  closes_at BIGINT NOT NULL,
  outcome TEXT NOT NULL,
  resolution TEXT NOT NULL,
  reason TEXT NOT NULL,
  task_kind TEXT NOT NULL,
  task TEXT NOT NULL,
  version INTEGER NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE INDEX ballot_path ON ballot (tenant, path, id);
CREATE INDEX ballot_closes ON ballot (tenant, closes_at) WHERE step = 'voting';

CREATE TABLE ballot_post (
  tenant TEXT NOT NULL,
  id TEXT NOT NULL,
  ballot TEXT NOT NULL,
  author TEXT NOT NULL,
  author_name TEXT NOT NULL,
  body TEXT NOT NULL,
  state TEXT NOT NULL,
  reason TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE INDEX ballot_post_of ON ballot_post (tenant, ballot, id);

-- Who may vote, by a keyed hash that differs from ballot to ballot, and whether they have. No instant, no choice.
CREATE TABLE ballot_roll (
  tenant TEXT NOT NULL,
  ballot TEXT NOT NULL,
  voter TEXT NOT NULL,
  grp TEXT NOT NULL,
  by_code SMALLINT NOT NULL,
  voted SMALLINT NOT NULL,
  PRIMARY KEY (tenant, ballot, voter)
) WITHOUT ROWID;

-- What was voted: counters alone, so that neither the order of rows nor a hidden row number leads from a voter to a vote.
CREATE TABLE ballot_tally (
  tenant TEXT NOT NULL,
  ballot TEXT NOT NULL,
  grp TEXT NOT NULL,
  choice TEXT NOT NULL,
  n BIGINT NOT NULL,
  PRIMARY KEY (tenant, ballot, grp, choice)
) WITHOUT ROWID;

CREATE TABLE criteria_set (
  tenant TEXT NOT NULL,
  id TEXT NOT NULL,
  version INTEGER NOT NULL,
  title TEXT NOT NULL,
  items TEXT NOT NULL,
  made_at BIGINT NOT NULL,
  PRIMARY KEY (tenant, id, version)
);

CREATE TABLE award (
  tenant TEXT NOT NULL,
  id TEXT NOT NULL,
  place TEXT NOT NULL,
  path TEXT NOT NULL,
  kind TEXT NOT NULL,
  title TEXT NOT NULL,
  note TEXT NOT NULL,
  criteria TEXT NOT NULL,
  criteria_version INTEGER NOT NULL,
  notice_days INTEGER NOT NULL,
  closed SMALLINT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE INDEX award_path ON award (tenant, path, id);

CREATE TABLE nomination (
  tenant TEXT NOT NULL,
  id TEXT NOT NULL,
  award TEXT NOT NULL,
  path TEXT NOT NULL,
  nominator TEXT NOT NULL,
  subject TEXT NOT NULL,
  name TEXT NOT NULL,
  why TEXT NOT NULL,
  code_hash TEXT NOT NULL,
  consent TEXT NOT NULL,
  consent_by TEXT NOT NULL,
  consent_text INTEGER NOT NULL,
  show_name SMALLINT NOT NULL,
  step TEXT NOT NULL,
  notice_from BIGINT NOT NULL,
  notice_until BIGINT NOT NULL,
  provisional SMALLINT NOT NULL,
  stars TEXT NOT NULL,
  star_count INTEGER NOT NULL,
  version INTEGER NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  decided_at BIGINT NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE INDEX nomination_award ON nomination (tenant, award, id);
CREATE INDEX nomination_board ON nomination (tenant, path, id) WHERE consent = 'given';
CREATE INDEX nomination_subject ON nomination (tenant, subject) WHERE subject <> '';
CREATE INDEX nomination_nominator ON nomination (tenant, nominator) WHERE nominator <> '';
CREATE UNIQUE INDEX nomination_code ON nomination (tenant, code_hash) WHERE code_hash <> '';

CREATE TABLE objection (
  tenant TEXT NOT NULL,
  id TEXT NOT NULL,
  nomination TEXT NOT NULL,
  by_account TEXT NOT NULL,
  body TEXT NOT NULL,
  state TEXT NOT NULL,
  answer TEXT NOT NULL,
  at BIGINT NOT NULL,
  answered_at BIGINT NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE INDEX objection_of ON objection (tenant, nomination, id);

-- +goose Down
DROP TABLE objection;
DROP TABLE nomination;
DROP TABLE award;
DROP TABLE criteria_set;
DROP TABLE ballot_tally;
DROP TABLE ballot_roll;
DROP TABLE ballot_post;
DROP TABLE ballot;
