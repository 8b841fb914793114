-- +goose Up
CREATE TABLE work_programme (
  tenant TEXT COLLATE "C" NOT NULL,
  id TEXT COLLATE "C" NOT NULL,
  name TEXT COLLATE "C" NOT NULL,
  level TEXT COLLATE "C" NOT NULL,
  body TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX work_programme_name ON work_programme (tenant, name);

-- A project without its bill. What lists need stands in columns, the rest in body (JSON).
CREATE TABLE work_project (
  tenant TEXT COLLATE "C" NOT NULL,
  id TEXT COLLATE "C" NOT NULL,
  kind TEXT COLLATE "C" NOT NULL,
  name TEXT COLLATE "C" NOT NULL,
  place TEXT COLLATE "C" NOT NULL,
  path TEXT COLLATE "C" NOT NULL,
  lon DOUBLE PRECISION NOT NULL,
  lat DOUBLE PRECISION NOT NULL,
  host TEXT COLLATE "C" NOT NULL,
  programme TEXT COLLATE "C" NOT NULL,
  state TEXT COLLATE "C" NOT NULL,
  published SMALLINT NOT NULL,
  version INTEGER NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  body TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE INDEX work_project_kind ON work_project (tenant, kind, state);
CREATE INDEX work_project_path ON work_project (tenant, path);
CREATE UNIQUE INDEX work_project_name ON work_project (tenant, name);

-- A line of a bill. quantity and whole are JSON: value, unit, qualifier, step.
CREATE TABLE work_item (
  tenant TEXT COLLATE "C" NOT NULL,
  id TEXT COLLATE "C" NOT NULL,
  project TEXT COLLATE "C" NOT NULL,
  line INTEGER NOT NULL,
  subject TEXT COLLATE "C" NOT NULL,
  grouped TEXT COLLATE "C" NOT NULL,
  act TEXT COLLATE "C" NOT NULL,
  quantity TEXT COLLATE "C" NOT NULL,
  whole TEXT COLLATE "C" NOT NULL,
  location TEXT COLLATE "C" NOT NULL,
  source TEXT COLLATE "C" NOT NULL,
  twin_of TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE INDEX work_item_project ON work_item (tenant, project, line);

CREATE TABLE work_photo (
  tenant TEXT COLLATE "C" NOT NULL,
  id TEXT COLLATE "C" NOT NULL,
  project TEXT COLLATE "C" NOT NULL,
  spot TEXT COLLATE "C" NOT NULL,
  moment TEXT COLLATE "C" NOT NULL,
  taken_at BIGINT NOT NULL,
  caption TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE INDEX work_photo_project ON work_photo (tenant, project, spot, id);

CREATE TABLE work_case (
  tenant TEXT COLLATE "C" NOT NULL,
  project TEXT COLLATE "C" NOT NULL,
  case_id TEXT COLLATE "C" NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (tenant, project, case_id)
);
CREATE INDEX work_case_case ON work_case (tenant, case_id, project);

-- Two lines that may tell one figure twice; each pair stands once.
CREATE TABLE work_flag (
  tenant TEXT COLLATE "C" NOT NULL,
  id TEXT COLLATE "C" NOT NULL,
  a TEXT COLLATE "C" NOT NULL,
  b TEXT COLLATE "C" NOT NULL,
  why TEXT COLLATE "C" NOT NULL,
  state TEXT COLLATE "C" NOT NULL,
  reason TEXT COLLATE "C" NOT NULL,
  decided_by TEXT COLLATE "C" NOT NULL,
  at BIGINT NOT NULL,
  path TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX work_flag_pair ON work_flag (tenant, a, b);
CREATE INDEX work_flag_b ON work_flag (tenant, b);
CREATE INDEX work_flag_state ON work_flag (tenant, state, id);

CREATE TABLE site_register (
  tenant TEXT COLLATE "C" NOT NULL,
  id TEXT COLLATE "C" NOT NULL,
  name TEXT COLLATE "C" NOT NULL,
  as_of BIGINT NOT NULL,
  body TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX site_register_once ON site_register (tenant, as_of, name);

CREATE TABLE work_site (
  tenant TEXT COLLATE "C" NOT NULL,
  id TEXT COLLATE "C" NOT NULL,
  register TEXT COLLATE "C" NOT NULL,
  type TEXT COLLATE "C" NOT NULL,
  name TEXT COLLATE "C" NOT NULL,
  state TEXT COLLATE "C" NOT NULL,
  entered TEXT COLLATE "C" NOT NULL,
  place TEXT COLLATE "C" NOT NULL,
  path TEXT COLLATE "C" NOT NULL,
  lon DOUBLE PRECISION NOT NULL,
  lat DOUBLE PRECISION NOT NULL,
  as_of BIGINT NOT NULL,
  methods TEXT COLLATE "C" NOT NULL,
  uses TEXT COLLATE "C" NOT NULL,
  plan TEXT COLLATE "C" NOT NULL,
  source TEXT COLLATE "C" NOT NULL,
  version INTEGER NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX work_site_name ON work_site (tenant, type, name);

-- +goose Down
DROP TABLE work_site;
DROP TABLE site_register;
DROP TABLE work_flag;
DROP TABLE work_case;
DROP TABLE work_photo;
DROP TABLE work_item;
DROP TABLE work_project;
DROP TABLE work_programme;
