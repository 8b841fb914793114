-- +goose Up
CREATE TABLE ballot (
  tenant TEXT COLLATE "C" NOT NULL,
  id TEXT COLLATE "C" NOT NULL,
  place TEXT COLLATE "C" NOT NULL,
  path TEXT COLLATE "C" NOT NULL,
  about TEXT COLLATE "C" NOT NULL,
  title TEXT COLLATE "C" NOT NULL,
  body TEXT COLLATE "C" NOT NULL,
  proposer TEXT COLLATE "C" NOT NULL,
  proposer_name TEXT COLLATE "C" NOT NULL,
  step TEXT COLLATE "C" NOT NULL,
  mode TEXT COLLATE "C" NOT NULL,
  options TEXT COLLATE "C" NOT NULL,
  quorum INTEGER NOT NULL,
  need INTEGER NOT NULL,
  opened_at BIGINT NOT NULL,
  closes_at BIGINT NOT NULL,
  outcome TEXT COLLATE "C" NOT NULL,
  resolution TEXT COLLATE "C" NOT NULL,
  reason TEXT COLLATE "C" NOT NULL,
  task_kind TEXT COLLATE "C" NOT NULL,
  task TEXT COLLATE "C" NOT NULL,
  version INTEGER NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE INDEX ballot_path ON ballot (tenant, path, id);
CREATE INDEX ballot_closes ON ballot (tenant, closes_at) WHERE step = 'voting';

CREATE TABLE ballot_post (
  tenant TEXT COLLATE "C" NOT NULL,
  id TEXT COLLATE "C" NOT NULL,
  ballot TEXT COLLATE "C" NOT NULL,
  author TEXT COLLATE "C" NOT NULL,
  author_name TEXT COLLATE "C" NOT NULL,
  body TEXT COLLATE "C" NOT NULL,
  state TEXT COLLATE "C" NOT NULL,
  reason TEXT COLLATE "C" NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE INDEX ballot_post_of ON ballot_post (tenant, ballot, id);

-- Who may vote, by a keyed hash that differs from ballot to ballot, and whether they have. No instant, no choice.
CREATE TABLE ballot_roll (
  tenant TEXT COLLATE "C" NOT NULL,
  ballot TEXT COLLATE "C" NOT NULL,
  voter TEXT COLLATE "C" NOT NULL,
  grp TEXT COLLATE "C" NOT NULL,
  by_code SMALLINT NOT NULL,
  voted SMALLINT NOT NULL,
  PRIMARY KEY (tenant, ballot, voter)
);

-- What was voted: counters alone, so that neither the order of rows nor a hidden row number leads from a voter to a vote.
CREATE TABLE ballot_tally (
  tenant TEXT COLLATE "C" NOT NULL,
  ballot TEXT COLLATE "C" NOT NULL,
  grp TEXT COLLATE "C" NOT NULL,
  choice TEXT COLLATE "C" NOT NULL,
  n BIGINT NOT NULL,
  PRIMARY KEY (tenant, ballot, grp, choice)
);

CREATE TABLE criteria_set (
  tenant TEXT COLLATE "C" NOT NULL,
  id TEXT COLLATE "C" NOT NULL,
  version INTEGER NOT NULL,
  title TEXT COLLATE "C" NOT NULL,
  items TEXT COLLATE "C" NOT NULL,
  made_at BIGINT NOT NULL,
  PRIMARY KEY (tenant, id, version)
);

CREATE TABLE award (
  tenant TEXT COLLATE "C" NOT NULL,
  id TEXT COLLATE "C" NOT NULL,
  place TEXT COLLATE "C" NOT NULL,
  path TEXT COLLATE "C" NOT NULL,
  kind TEXT COLLATE "C" NOT NULL,
  title TEXT COLLATE "C" NOT NULL,
  note TEXT COLLATE "C" NOT NULL,
  criteria TEXT COLLATE "C" NOT NULL,
  criteria_version INTEGER NOT NULL,
  notice_days INTEGER NOT NULL,
  closed SMALLINT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE INDEX award_path ON award (tenant, path, id);

CREATE TABLE nomination (
  tenant TEXT COLLATE "C" NOT NULL,
  id TEXT COLLATE "C" NOT NULL,
  award TEXT COLLATE "C" NOT NULL,
  path TEXT COLLATE "C" NOT NULL,
  nominator TEXT COLLATE "C" NOT NULL,
  subject TEXT COLLATE "C" NOT NULL,
  name TEXT COLLATE "C" NOT NULL,
  why TEXT COLLATE "C" NOT NULL,
  code_hash TEXT COLLATE "C" NOT NULL,
  consent TEXT COLLATE "C" NOT NULL,
  consent_by TEXT COLLATE "C" NOT NULL,
  consent_text INTEGER NOT NULL,
  show_name SMALLINT NOT NULL,
  step TEXT COLLATE "C" NOT NULL,
  notice_from BIGINT NOT NULL,
  notice_until BIGINT NOT NULL,
  provisional SMALLINT NOT NULL,
  stars TEXT COLLATE "C" NOT NULL,
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
  tenant TEXT COLLATE "C" NOT NULL,
  id TEXT COLLATE "C" NOT NULL,
  nomination TEXT COLLATE "C" NOT NULL,
  by_account TEXT COLLATE "C" NOT NULL,
  body TEXT COLLATE "C" NOT NULL,
  state TEXT COLLATE "C" NOT NULL,
  answer TEXT COLLATE "C" NOT NULL,
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
