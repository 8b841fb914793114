-- +goose Up
-- Each version of a definition stays: targets keep the one that they were set with.
CREATE TABLE indicator_def (
  tenant TEXT COLLATE "C" NOT NULL,
  id TEXT COLLATE "C" NOT NULL,
  version INTEGER NOT NULL,
  body TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (tenant, id, version)
);

-- Amounts are whole numbers of an indicator's smallest step. root is the target at the top of the tree.
CREATE TABLE indicator_target (
  tenant TEXT COLLATE "C" NOT NULL,
  id TEXT COLLATE "C" NOT NULL,
  def TEXT COLLATE "C" NOT NULL,
  def_version INTEGER NOT NULL,
  root TEXT COLLATE "C" NOT NULL,
  parent TEXT COLLATE "C" NOT NULL,
  split_by TEXT COLLATE "C" NOT NULL,
  holder TEXT COLLATE "C" NOT NULL,
  path TEXT COLLATE "C" NOT NULL,
  period TEXT COLLATE "C" NOT NULL,
  from_at BIGINT NOT NULL,
  to_at BIGINT NOT NULL,
  amount BIGINT NOT NULL,
  weight INTEGER NOT NULL,
  version INTEGER NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE INDEX indicator_target_root ON indicator_target (tenant, root);
CREATE INDEX indicator_target_top ON indicator_target (tenant, parent, from_at, id);
CREATE INDEX indicator_target_holder ON indicator_target (tenant, holder, period);

CREATE TABLE indicator_value (
  tenant TEXT COLLATE "C" NOT NULL,
  id TEXT COLLATE "C" NOT NULL,
  target TEXT COLLATE "C" NOT NULL,
  as_of BIGINT NOT NULL,
  amount BIGINT NOT NULL,
  records INTEGER NOT NULL,
  source TEXT COLLATE "C" NOT NULL,
  reported_by TEXT COLLATE "C" NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE INDEX indicator_value_target ON indicator_value (tenant, target, as_of, at);

-- An alert is raised once for a target and kind.
CREATE TABLE indicator_alert (
  tenant TEXT COLLATE "C" NOT NULL,
  target TEXT COLLATE "C" NOT NULL,
  kind TEXT COLLATE "C" NOT NULL,
  path TEXT COLLATE "C" NOT NULL,
  at BIGINT NOT NULL,
  actual BIGINT NOT NULL,
  forecast BIGINT NOT NULL,
  PRIMARY KEY (tenant, target, kind)
);
CREATE INDEX indicator_alert_at ON indicator_alert (tenant, at, target, kind);

CREATE TABLE indicator_constraint (
  tenant TEXT COLLATE "C" NOT NULL,
  id TEXT COLLATE "C" NOT NULL,
  target TEXT COLLATE "C" NOT NULL,
  org TEXT COLLATE "C" NOT NULL,
  path TEXT COLLATE "C" NOT NULL,
  factor TEXT COLLATE "C" NOT NULL,
  measure TEXT COLLATE "C" NOT NULL,
  solution TEXT COLLATE "C" NOT NULL,
  step TEXT COLLATE "C" NOT NULL,
  due_at BIGINT NOT NULL,
  found_at BIGINT NOT NULL,
  measured_at BIGINT NOT NULL,
  solved_at BIGINT NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE INDEX indicator_constraint_step ON indicator_constraint (tenant, step, id);

CREATE TABLE indicator_contest (
  tenant TEXT COLLATE "C" NOT NULL,
  id TEXT COLLATE "C" NOT NULL,
  path TEXT COLLATE "C" NOT NULL,
  body TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (tenant, id)
);

CREATE TABLE indicator_rule (
  tenant TEXT COLLATE "C" NOT NULL,
  id TEXT COLLATE "C" NOT NULL,
  version INTEGER NOT NULL,
  code TEXT COLLATE "C" NOT NULL,
  kind TEXT COLLATE "C" NOT NULL,
  title TEXT COLLATE "C" NOT NULL,
  change TEXT COLLATE "C" NOT NULL,
  source TEXT COLLATE "C" NOT NULL,
  org TEXT COLLATE "C" NOT NULL,
  path TEXT COLLATE "C" NOT NULL,
  from_at BIGINT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (tenant, id, version)
);
CREATE UNIQUE INDEX indicator_rule_code ON indicator_rule (tenant, code, version);

-- +goose Down
DROP TABLE indicator_rule;
DROP TABLE indicator_contest;
DROP TABLE indicator_constraint;
DROP TABLE indicator_alert;
DROP TABLE indicator_value;
DROP TABLE indicator_target;
DROP TABLE indicator_def;
