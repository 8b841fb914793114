-- +goose Up
-- What organisations keep of their own work: every register's entries in one table, told apart by their register.
CREATE TABLE register_entry (
  tenant TEXT NOT NULL,
  id TEXT NOT NULL,
  register TEXT NOT NULL,
  org TEXT NOT NULL,
  place TEXT NOT NULL,
  path TEXT NOT NULL,
  subject TEXT NOT NULL,
  state TEXT NOT NULL,
  due_at BIGINT NOT NULL,
  ukey TEXT NOT NULL,
  vals TEXT NOT NULL,
  sealed TEXT NOT NULL,
  facet TEXT NOT NULL,
  num REAL NOT NULL,
  yes1 SMALLINT NOT NULL,
  yes2 SMALLINT NOT NULL,
  words TEXT NOT NULL,
  note TEXT NOT NULL,
  state_at BIGINT NOT NULL,
  version INTEGER NOT NULL,
  by_ref TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (tenant, id)
);
-- One brand a branch, one plan a village: what the register says only one standing entry may bear.
CREATE UNIQUE INDEX register_entry_key ON register_entry (tenant, register, ukey) WHERE ukey <> '';
CREATE INDEX register_entry_list ON register_entry (tenant, register, id);
CREATE INDEX register_entry_org ON register_entry (tenant, org, register) WHERE org <> '';
CREATE INDEX register_entry_subject ON register_entry (tenant, subject) WHERE subject <> '';

CREATE TABLE register_link (
  tenant TEXT NOT NULL,
  id TEXT NOT NULL,
  entry TEXT NOT NULL,
  role TEXT NOT NULL,
  target TEXT NOT NULL,
  note TEXT NOT NULL,
  sealed TEXT NOT NULL,
  hold TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE INDEX register_link_entry ON register_link (tenant, entry);
CREATE INDEX register_link_target ON register_link (tenant, target);
CREATE UNIQUE INDEX register_link_once ON register_link (tenant, entry, role, target) WHERE sealed = '';
-- A place belongs to one block.
CREATE UNIQUE INDEX register_link_hold ON register_link (tenant, hold) WHERE hold <> '';

-- How many came to a station on a day. Nothing here, and nothing elsewhere, says who.
CREATE TABLE register_visit (
  tenant TEXT NOT NULL,
  entry TEXT NOT NULL,
  day TEXT NOT NULL,
  n BIGINT NOT NULL,
  PRIMARY KEY (tenant, entry, day)
) WITHOUT ROWID;

-- +goose Down
DROP TABLE register_visit;
DROP TABLE register_link;
DROP TABLE register_entry;
