-- +goose Up
CREATE TABLE tenant (
  tenant TEXT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  name_en TEXT NOT NULL,
  demo SMALLINT NOT NULL,
  settings TEXT NOT NULL,
  revision BIGINT NOT NULL,
  created_at BIGINT NOT NULL
);

-- Reference data of the whole country: no tenant. One row for each code in each year's list, so that loading a list touches
-- no other year's. successor holds the codes that took its place in the next list loaded, separated by spaces.
CREATE TABLE division (
  code TEXT NOT NULL,
  year INTEGER NOT NULL,
  name TEXT NOT NULL,
  level SMALLINT NOT NULL,
  kind TEXT NOT NULL,
  parent TEXT NOT NULL,
  successor TEXT NOT NULL,
  PRIMARY KEY (code, year)
) WITHOUT ROWID;
CREATE INDEX division_parent ON division (year, parent, code);
CREATE TABLE division_year (
  year INTEGER NOT NULL PRIMARY KEY,
  source TEXT NOT NULL,
  rows_read INTEGER NOT NULL,
  loaded_at BIGINT NOT NULL
);

CREATE TABLE place (
  tenant TEXT NOT NULL,
  id TEXT NOT NULL,
  parent TEXT NOT NULL,
  kind TEXT NOT NULL,
  code TEXT NOT NULL,
  name TEXT NOT NULL,
  initials TEXT NOT NULL,
  path TEXT NOT NULL,
  shape TEXT,
  lon REAL,
  lat REAL,
  households INTEGER NOT NULL,
  people INTEGER NOT NULL,
  host TEXT NOT NULL,
  functions TEXT NOT NULL,
  valid_from BIGINT NOT NULL,
  valid_to BIGINT NOT NULL,
  PRIMARY KEY (tenant, id)
);
-- One place at a time bears a code, and one a path; places that ended keep theirs.
CREATE UNIQUE INDEX place_code ON place (tenant, code, valid_to);
CREATE INDEX place_parent ON place (tenant, parent, code);
CREATE UNIQUE INDEX place_path ON place (tenant, path, valid_to);
CREATE INDEX place_initials ON place (tenant, initials);

CREATE TABLE org (
  tenant TEXT NOT NULL,
  id TEXT NOT NULL,
  parent TEXT NOT NULL,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  initials TEXT NOT NULL,
  place TEXT NOT NULL,
  path TEXT NOT NULL,
  sectors TEXT NOT NULL,
  phone TEXT NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE INDEX org_kind ON org (tenant, kind, name);
CREATE INDEX org_name ON org (tenant, name);

CREATE TABLE person (
  tenant TEXT NOT NULL,
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  phone TEXT NOT NULL,
  phone_index TEXT NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE INDEX person_phone ON person (tenant, phone_index);

CREATE TABLE holding (
  tenant TEXT NOT NULL,
  id TEXT NOT NULL,
  person TEXT NOT NULL,
  title TEXT NOT NULL,
  role TEXT NOT NULL,
  org TEXT NOT NULL,
  place TEXT NOT NULL,
  path TEXT NOT NULL,
  level TEXT NOT NULL,
  from_at BIGINT NOT NULL,
  to_at BIGINT NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE INDEX holding_person ON holding (tenant, person);
CREATE INDEX holding_org ON holding (tenant, org, role);
CREATE INDEX holding_place ON holding (tenant, place, title);

CREATE TABLE cover (
  tenant TEXT NOT NULL,
  id TEXT NOT NULL,
  kind TEXT NOT NULL,
  org TEXT NOT NULL,
  place TEXT NOT NULL,
  lead SMALLINT NOT NULL,
  from_at BIGINT NOT NULL,
  to_at BIGINT NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX cover_once ON cover (tenant, kind, place, org, to_at);
-- A compound has exactly one lead unit in each way at a time.
CREATE UNIQUE INDEX cover_lead ON cover (tenant, kind, place, to_at) WHERE lead = 1;
CREATE INDEX cover_org ON cover (tenant, org);

CREATE TABLE report_in (
  tenant TEXT NOT NULL,
  id TEXT NOT NULL,
  person TEXT NOT NULL,
  unit TEXT NOT NULL,
  community TEXT NOT NULL,
  grid TEXT NOT NULL,
  from_at BIGINT NOT NULL,
  to_at BIGINT NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX report_in_once ON report_in (tenant, person, to_at);
CREATE INDEX report_in_grid ON report_in (tenant, grid);

CREATE TABLE account (
  tenant TEXT NOT NULL,
  id TEXT NOT NULL,
  user_name TEXT NOT NULL,
  name_sealed TEXT NOT NULL,
  name_masked TEXT NOT NULL,
  password TEXT NOT NULL,
  disabled SMALLINT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX account_user ON account (tenant, user_name);

CREATE TABLE session (
  tenant TEXT NOT NULL,
  hash TEXT NOT NULL,
  id TEXT NOT NULL,
  account TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  seen_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  device TEXT NOT NULL,
  revoked_at BIGINT NOT NULL,
  PRIMARY KEY (tenant, hash)
);
CREATE INDEX session_account ON session (tenant, account, id);
CREATE INDEX session_expires ON session (tenant, expires_at);

CREATE TABLE token (
  tenant TEXT NOT NULL,
  hash TEXT NOT NULL,
  id TEXT NOT NULL,
  account TEXT NOT NULL,
  name TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  seen_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  revoked_at BIGINT NOT NULL,
  PRIMARY KEY (tenant, hash)
);
CREATE INDEX token_account ON token (tenant, account, id);

CREATE TABLE flow (
  tenant TEXT NOT NULL,
  id TEXT NOT NULL,
  version INTEGER NOT NULL,
  body TEXT NOT NULL,
  published_at BIGINT NOT NULL,
  PRIMARY KEY (tenant, id, version)
);

CREATE TABLE menu_item (
  tenant TEXT NOT NULL,
  id TEXT NOT NULL,
  sort INTEGER NOT NULL,
  active SMALLINT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (tenant, id)
);

CREATE TABLE route_rule (
  tenant TEXT NOT NULL,
  id TEXT NOT NULL,
  sort INTEGER NOT NULL,
  active SMALLINT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (tenant, id)
);

CREATE TABLE case_record (
  n INTEGER PRIMARY KEY,
  tenant TEXT NOT NULL,
  id TEXT NOT NULL,
  number TEXT NOT NULL,
  track_hash TEXT NOT NULL,
  flow TEXT NOT NULL,
  flow_version INTEGER NOT NULL,
  item TEXT NOT NULL,
  title_zh TEXT NOT NULL,
  title_en TEXT NOT NULL,
  body TEXT NOT NULL,
  address TEXT NOT NULL,
  contact TEXT NOT NULL,
  phone_index TEXT NOT NULL,
  form TEXT NOT NULL,
  photos TEXT NOT NULL,
  lon REAL NOT NULL,
  lat REAL NOT NULL,
  path TEXT NOT NULL,
  place TEXT NOT NULL,
  step TEXT NOT NULL,
  step_at BIGINT NOT NULL,
  prev_step TEXT NOT NULL,
  ended TEXT NOT NULL,
  version INTEGER NOT NULL,
  round INTEGER NOT NULL,
  strand TEXT NOT NULL,
  confidential SMALLINT NOT NULL,
  unit TEXT NOT NULL,
  assignee TEXT NOT NULL,
  assignee_name TEXT NOT NULL,
  cohandles TEXT NOT NULL,
  urgent SMALLINT NOT NULL,
  supervised SMALLINT NOT NULL,
  held SMALLINT NOT NULL,
  route TEXT NOT NULL,
  clocks TEXT NOT NULL,
  due_at BIGINT NOT NULL,
  tick_at BIGINT NOT NULL,
  result TEXT NOT NULL,
  merged_into TEXT NOT NULL,
  opened_by TEXT NOT NULL,
  requester TEXT NOT NULL,
  source TEXT NOT NULL,
  opened_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  closed_at BIGINT NOT NULL,
  finished_at BIGINT NOT NULL,
  resp_kept INTEGER NOT NULL,
  resp_missed INTEGER NOT NULL,
  resp_due BIGINT NOT NULL,
  fin_kept INTEGER NOT NULL,
  fin_missed INTEGER NOT NULL,
  fin_due BIGINT NOT NULL,
  score SMALLINT NOT NULL,
  solved SMALLINT NOT NULL,
  rated_at BIGINT NOT NULL,
  UNIQUE (tenant, id)
);
CREATE UNIQUE INDEX case_number ON case_record (tenant, number);
CREATE UNIQUE INDEX case_track ON case_record (tenant, track_hash) WHERE track_hash <> '';
-- The desk's queues: open cases by what runs out first, at a place and at a unit.
CREATE INDEX case_open ON case_record (tenant, due_at, id) WHERE ended = '';
CREATE INDEX case_unit ON case_record (tenant, unit, id);
CREATE INDEX case_path ON case_record (tenant, path, id);
CREATE INDEX case_tick ON case_record (tenant, tick_at) WHERE tick_at > 0;
CREATE INDEX case_phone ON case_record (tenant, phone_index) WHERE phone_index <> '';
CREATE INDEX case_requester ON case_record (tenant, requester, id) WHERE requester <> '';
CREATE INDEX case_assignee ON case_record (tenant, assignee, id) WHERE assignee <> '';
CREATE INDEX case_merged ON case_record (tenant, merged_into) WHERE merged_into <> '';
CREATE UNIQUE INDEX case_source ON case_record (tenant, source) WHERE source <> '';

CREATE TABLE case_cohandle (
  tenant TEXT NOT NULL,
  unit TEXT NOT NULL,
  case_id TEXT NOT NULL,
  PRIMARY KEY (tenant, unit, case_id)
) WITHOUT ROWID;

-- Overlapping bigrams of what was said, found by the row number of the case.
CREATE VIRTUAL TABLE case_fts USING fts5(doc, content='', contentless_delete=1, detail=none, tokenize="ascii");

-- One rating a round and requester: merged cases let every requester rate.
CREATE TABLE rating (
  tenant TEXT NOT NULL,
  case_id TEXT NOT NULL,
  round INTEGER NOT NULL,
  requester TEXT NOT NULL,
  score SMALLINT NOT NULL,
  solved SMALLINT NOT NULL,
  body TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (tenant, case_id, round, requester)
) WITHOUT ROWID;

-- What was done, by whom. Append-only: seq is given once by the sealer, personal and salt may be erased, nothing else changes.
CREATE TABLE ledger (
  tenant TEXT NOT NULL,
  id TEXT NOT NULL,
  object TEXT NOT NULL,
  at BIGINT NOT NULL,
  actor TEXT NOT NULL,
  act TEXT NOT NULL,
  version INTEGER NOT NULL,
  public TEXT NOT NULL,
  digest TEXT NOT NULL,
  salt TEXT NOT NULL,
  personal TEXT NOT NULL,
  seq BIGINT NOT NULL,
  PRIMARY KEY (tenant, id)
) WITHOUT ROWID;
CREATE INDEX ledger_object ON ledger (tenant, object, id);
CREATE INDEX ledger_unsealed ON ledger (tenant, id) WHERE seq < 0;
CREATE UNIQUE INDEX ledger_seq ON ledger (tenant, seq) WHERE seq >= 0;

-- The tenant's Merkle tree and its signed checkpoints. n is a row's seq; hash holds, in base64 one after the other, the row's leaf
-- and each subtree that ends with it (sumdb/tlog's stored hashes of the row).
CREATE TABLE ledger_hash (
  tenant TEXT NOT NULL,
  n BIGINT NOT NULL,
  hash TEXT NOT NULL,
  PRIMARY KEY (tenant, n)
) WITHOUT ROWID;
CREATE TABLE checkpoint (
  tenant TEXT NOT NULL,
  size BIGINT NOT NULL,
  note TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (tenant, size)
);

CREATE TABLE outbox (
  tenant TEXT NOT NULL,
  id TEXT NOT NULL,
  topic TEXT NOT NULL,
  target TEXT NOT NULL,
  body TEXT NOT NULL,
  at BIGINT NOT NULL,
  next_at BIGINT NOT NULL,
  attempt INTEGER NOT NULL,
  lease TEXT NOT NULL,
  lease_until BIGINT NOT NULL,
  gave_up_at BIGINT NOT NULL,
  last_error TEXT NOT NULL,
  PRIMARY KEY (tenant, id)
) WITHOUT ROWID;
CREATE INDEX outbox_next ON outbox (tenant, topic, next_at);

-- Who leads a periodic duty now (sealing, clocks, purging): one holder until the lease ends.
CREATE TABLE lease (
  tenant TEXT NOT NULL,
  name TEXT NOT NULL,
  holder TEXT NOT NULL,
  until_at BIGINT NOT NULL,
  PRIMARY KEY (tenant, name)
);

CREATE TABLE idempotency (
  tenant TEXT NOT NULL,
  caller TEXT NOT NULL,
  idem_key TEXT NOT NULL,
  body_hash TEXT NOT NULL,
  answer TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (tenant, caller, idem_key)
) WITHOUT ROWID;
CREATE INDEX idempotency_at ON idempotency (tenant, at);

CREATE TABLE upload (
  tenant TEXT NOT NULL,
  id TEXT NOT NULL,
  sha TEXT NOT NULL,
  thumb TEXT NOT NULL,
  w INTEGER NOT NULL,
  h INTEGER NOT NULL,
  size INTEGER NOT NULL,
  at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  case_id TEXT NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE INDEX upload_sha ON upload (tenant, sha);
CREATE INDEX upload_thumb ON upload (tenant, thumb);
CREATE INDEX upload_case ON upload (tenant, case_id, id) WHERE case_id <> '';
CREATE INDEX upload_free ON upload (tenant, expires_at) WHERE case_id = '';
CREATE TABLE blob (
  tenant TEXT NOT NULL,
  sha TEXT NOT NULL,
  bytes BLOB NOT NULL,
  put_at BIGINT NOT NULL,
  PRIMARY KEY (tenant, sha)
);

CREATE TABLE unmasking (
  tenant TEXT NOT NULL,
  id TEXT NOT NULL,
  case_id TEXT NOT NULL,
  account TEXT NOT NULL,
  who TEXT NOT NULL,
  fields TEXT NOT NULL,
  reason TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE INDEX unmasking_case ON unmasking (tenant, case_id);

CREATE TABLE webhook (
  tenant TEXT NOT NULL,
  id TEXT NOT NULL,
  url TEXT NOT NULL,
  secret TEXT NOT NULL,
  topics TEXT NOT NULL,
  active SMALLINT NOT NULL,
  PRIMARY KEY (tenant, id)
);

-- +goose Down
DROP TABLE webhook;
DROP TABLE unmasking;
DROP TABLE blob;
DROP TABLE upload;
DROP TABLE idempotency;
DROP TABLE lease;
DROP TABLE outbox;
DROP TABLE checkpoint;
DROP TABLE ledger_hash;
DROP TABLE ledger;
DROP TABLE rating;
DROP TABLE case_fts;
DROP TABLE case_cohandle;
DROP TABLE case_record;
DROP TABLE route_rule;
DROP TABLE menu_item;
DROP TABLE flow;
DROP TABLE token;
DROP TABLE session;
DROP TABLE account;
DROP TABLE report_in;
DROP TABLE cover;
DROP TABLE holding;
DROP TABLE person;
DROP TABLE org;
DROP TABLE place;
DROP TABLE division_year;
DROP TABLE division;
DROP TABLE tenant;
