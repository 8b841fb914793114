-- +goose Up
CREATE TABLE work_programme (
  tenant TEXT NOT NULL,
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  level TEXT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX work_programme_name ON work_programme (tenant, name);

-- A project without its bill. What lists need stands in columns, the rest in body (JSON).
CREATE TABLE work_project (
  tenant TEXT NOT NULL,
  id TEXT NOT NULL,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  place TEXT NOT NULL,
  path TEXT NOT NULL,
  lon REAL NOT NULL,
  lat REAL NOT NULL,
  host TEXT NOT NULL,
  programme TEXT NOT NULL,
  state TEXT NOT NULL,
  published SMALLINT NOT NULL,
  version INTEGER NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE INDEX work_project_kind ON work_project (tenant, kind, state);
CREATE INDEX work_project_path ON work_project (tenant, path);
CREATE UNIQUE INDEX work_project_name ON work_project (tenant, name);

-- A line of a bill. quantity and whole are JSON: value, unit, qualifier, step.
CREATE TABLE work_item (
  tenant TEXT NOT NULL,
  id TEXT NOT NULL,
  project TEXT NOT NULL,
  line INTEGER NOT NULL,
  subject TEXT NOT NULL,
  grouped TEXT NOT NULL,
  act TEXT NOT NULL,
  quantity TEXT NOT NULL,
  whole TEXT NOT NULL,
  location TEXT NOT NULL,
  source TEXT NOT NULL,
  twin_of TEXT NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE INDEX work_item_project ON work_item (tenant, project, line);

CREATE TABLE work_photo (
  tenant TEXT NOT NULL,
  id TEXT NOT NULL,
  project TEXT NOT NULL,
  spot TEXT NOT NULL,
  moment TEXT NOT NULL,
  taken_at BIGINT NOT NULL,
  caption TEXT NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE INDEX work_photo_project ON work_photo (tenant, project, spot, id);

CREATE TABLE work_case (
  tenant TEXT NOT NULL,
  project TEXT NOT NULL,
  case_id TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (tenant, project, case_id)
);
CREATE INDEX work_case_case ON work_case (tenant, case_id, project);

-- Two lines that may tell one figure twice; each pair stands once.
CREATE TABLE work_flag (
  tenant TEXT NOT NULL,
  id TEXT NOT NULL,
  a TEXT NOT NULL,
  b TEXT NOT NULL,
  why TEXT NOT NULL,
  state TEXT NOT NULL,
  reason TEXT NOT NULL,
  decided_by TEXT NOT NULL,
  at BIGINT NOT NULL,
  path TEXT NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX work_flag_pair ON work_flag (tenant, a, b);
CREATE INDEX work_flag_b ON work_flag (tenant, b);
CREATE INDEX work_flag_state ON work_flag (tenant, state, id);

CREATE TABLE site_register (
  tenant TEXT NOT NULL,
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  as_of BIGINT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX site_register_once ON site_register (tenant, as_of, name);

CREATE TABLE work_site (
  tenant TEXT NOT NULL,
  id TEXT NOT NULL,
  register TEXT NOT NULL,
  type TEXT NOT NULL,
  name TEXT NOT NULL,
  state TEXT NOT NULL,
  entered TEXT NOT NULL,
  place TEXT NOT NULL,
  path TEXT NOT NULL,
  lon REAL NOT NULL,
  lat REAL NOT NULL,
  as_of BIGINT NOT NULL,
  methods TEXT NOT NULL,
  uses TEXT NOT NULL,
  plan TEXT NOT NULL,
  source TEXT NOT NULL,
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
