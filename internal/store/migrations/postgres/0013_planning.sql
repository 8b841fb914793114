-- +goose Up
CREATE TABLE plan (
  tenant TEXT COLLATE "C" NOT NULL,
  id TEXT COLLATE "C" NOT NULL,
  kind TEXT COLLATE "C" NOT NULL,
  name TEXT COLLATE "C" NOT NULL,
  place TEXT COLLATE "C" NOT NULL,
  path TEXT COLLATE "C" NOT NULL,
  state TEXT COLLATE "C" NOT NULL,
  progress SMALLINT NOT NULL,
  params TEXT COLLATE "C" NOT NULL,
  fault TEXT COLLATE "C" NOT NULL,
  summary TEXT COLLATE "C" NOT NULL,
  made_by TEXT COLLATE "C" NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  holder TEXT COLLATE "C" NOT NULL,
  lease_until BIGINT NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE INDEX plan_due ON plan (tenant, state, id);

-- The ground that a plan was worked out from, and what it came to.
CREATE TABLE plan_part (
  tenant TEXT COLLATE "C" NOT NULL,
  plan TEXT COLLATE "C" NOT NULL,
  part TEXT COLLATE "C" NOT NULL,
  body TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (tenant, plan, part)
);

-- Plans that were made the district's own, with what is needed to take them back.
CREATE TABLE plan_adoption (
  tenant TEXT COLLATE "C" NOT NULL,
  id TEXT COLLATE "C" NOT NULL,
  plan TEXT COLLATE "C" NOT NULL,
  kind TEXT COLLATE "C" NOT NULL,
  place TEXT COLLATE "C" NOT NULL,
  path TEXT COLLATE "C" NOT NULL,
  at BIGINT NOT NULL,
  made_by TEXT COLLATE "C" NOT NULL,
  undone_at BIGINT NOT NULL,
  body TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE INDEX plan_adoption_plan ON plan_adoption (tenant, plan, id);

-- +goose Down
DROP TABLE plan_adoption;
DROP TABLE plan_part;
DROP TABLE plan;
