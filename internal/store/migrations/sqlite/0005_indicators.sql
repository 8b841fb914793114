-- +goose Up
-- Each version of a definition stays: targets keep the one that they were set with.
CREATE TABLE indicator_def (
  tenant TEXT NOT NULL,
  id TEXT NOT NULL,
  version INTEGER NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (tenant, id, version)
);

-- Amounts are whole numbers of an indicator's smallest step. root is the target at the top of the tree.
CREATE TABLE indicator_target (
  tenant TEXT NOT NULL,
  id TEXT NOT NULL,
  def TEXT NOT NULL,
  def_version INTEGER NOT NULL,
  root TEXT NOT NULL,
  parent TEXT NOT NULL,
  split_by TEXT NOT NULL,
  holder TEXT NOT NULL,
  path TEXT NOT NULL,
  period TEXT NOT NULL,
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
  tenant TEXT NOT NULL,
  id TEXT NOT NULL,
  target TEXT NOT NULL,
  as_of BIGINT NOT NULL,
  amount BIGINT NOT NULL,
  records INTEGER NOT NULL,
  source TEXT NOT NULL,
  reported_by TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE INDEX indicator_value_target ON indicator_value (tenant, target, as_of, at);

-- An alert is raised once for a target and kind.
CREATE TABLE indicator_alert (
  tenant TEXT NOT NULL,
  target TEXT NOT NULL,
  kind TEXT NOT NULL,
  path TEXT NOT NULL,
  at BIGINT NOT NULL,
  actual BIGINT NOT NULL,
  forecast BIGINT NOT NULL,
  PRIMARY KEY (tenant, target, kind)
);
CREATE INDEX indicator_alert_at ON indicator_alert (tenant, at, target, kind);

CREATE TABLE indicator_constraint (
  tenant TEXT NOT NULL,
  id TEXT NOT NULL,
  target TEXT NOT NULL,
  org TEXT NOT NULL,
  path TEXT NOT NULL,
  factor TEXT NOT NULL,
  measure TEXT NOT NULL,
  solution TEXT NOT NULL,
  step TEXT NOT NULL,
  due_at BIGINT NOT NULL,
  found_at BIGINT NOT NULL,
  measured_at BIGINT NOT NULL,
  solved_at BIGINT NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE INDEX indicator_constraint_step ON indicator_constraint (tenant, step, id);

CREATE TABLE indicator_contest (
  tenant TEXT NOT NULL,
  id TEXT NOT NULL,
  path TEXT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (tenant, id)
);

CREATE TABLE indicator_rule (
  tenant TEXT NOT NULL,
  id TEXT NOT NULL,
  version INTEGER NOT NULL,
  code TEXT NOT NULL,
  kind TEXT NOT NULL,
  title TEXT NOT NULL,
  change TEXT NOT NULL,
  source TEXT NOT NULL,
  org TEXT NOT NULL,
  path TEXT NOT NULL,
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
