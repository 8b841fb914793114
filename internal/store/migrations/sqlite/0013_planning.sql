-- +goose Up
CREATE TABLE plan (
  tenant TEXT NOT NULL,
  id TEXT NOT NULL,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  place TEXT NOT NULL,
  path TEXT NOT NULL,
  state TEXT NOT NULL,
  progress SMALLINT NOT NULL,
  params TEXT NOT NULL,
  fault TEXT NOT NULL,
  summary TEXT NOT NULL,
  made_by TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  holder TEXT NOT NULL,
  lease_until BIGINT NOT NULL,
  PRIMARY KEY (tenant, id)
) WITHOUT ROWID;
CREATE INDEX plan_due ON plan (tenant, state, id);

-- The ground that a plan was worked out from, and what it came to.
CREATE TABLE plan_part (
  tenant TEXT NOT NULL,
  plan TEXT NOT NULL,
  part TEXT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (tenant, plan, part)
);

-- Plans that were made the district's own, with what is needed to take them back.
CREATE TABLE plan_adoption (
  tenant TEXT NOT NULL,
  id TEXT NOT NULL,
  plan TEXT NOT NULL,
  kind TEXT NOT NULL,
  place TEXT NOT NULL,
  path TEXT NOT NULL,
  at BIGINT NOT NULL,
  made_by TEXT NOT NULL,
  undone_at BIGINT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (tenant, id)
) WITHOUT ROWID;
CREATE INDEX plan_adoption_plan ON plan_adoption (tenant, plan, id);

-- +goose Down
DROP TABLE plan_adoption;
DROP TABLE plan_part;
DROP TABLE plan;
