-- +goose Up
CREATE TABLE tenant (
  tenant TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  name TEXT COLLATE "C" NOT NULL,
  name_en TEXT COLLATE "C" NOT NULL,
  demo SMALLINT NOT NULL,
  settings TEXT COLLATE "C" NOT NULL,
  revision BIGINT NOT NULL,
  created_at BIGINT NOT NULL
);

-- Reference data of the whole country: no tenant. One row for each code in each year's list, so that loading a list touches
-- no other year's. successor holds the codes that took its place in the next list loaded, separated by spaces.
CREATE TABLE division (
  code TEXT COLLATE "C" NOT NULL,
  year INTEGER NOT NULL,
  name TEXT COLLATE "C" NOT NULL,
  level SMALLINT NOT NULL,
  kind TEXT COLLATE "C" NOT NULL,
  parent TEXT COLLATE "C" NOT NULL,
  successor TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (code, year)
);
CREATE INDEX division_parent ON division (year, parent, code);
CREATE TABLE division_year (
  year INTEGER NOT NULL PRIMARY KEY,
  source TEXT COLLATE "C" NOT NULL,
  rows_read INTEGER NOT NULL,
  loaded_at BIGINT NOT NULL
);

CREATE TABLE place (
  tenant TEXT COLLATE "C" NOT NULL,
  id TEXT COLLATE "C" NOT NULL,
  parent TEXT COLLATE "C" NOT NULL,
  kind TEXT COLLATE "C" NOT NULL,
  code TEXT COLLATE "C" NOT NULL,
  name TEXT COLLATE "C" NOT NULL,
  initials TEXT COLLATE "C" NOT NULL,
  path TEXT COLLATE "C" NOT NULL,
  shape TEXT COLLATE "C",
  lon DOUBLE PRECISION,
  lat DOUBLE PRECISION,
  households INTEGER NOT NULL,
  people INTEGER NOT NULL,
  host TEXT COLLATE "C" NOT NULL,
  functions TEXT COLLATE "C" NOT NULL,
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
  tenant TEXT COLLATE "C" NOT NULL,
  id TEXT COLLATE "C" NOT NULL,
  parent TEXT COLLATE "C" NOT NULL,
  kind TEXT COLLATE "C" NOT NULL,
  name TEXT COLLATE "C" NOT NULL,
  initials TEXT COLLATE "C" NOT NULL,
  place TEXT COLLATE "C" NOT NULL,
  path TEXT COLLATE "C" NOT NULL,
  sectors TEXT COLLATE "C" NOT NULL,
  phone TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE INDEX org_kind ON org (tenant, kind, name);
CREATE INDEX org_name ON org (tenant, name);

CREATE TABLE person (
  tenant TEXT COLLATE "C" NOT NULL,
  id TEXT COLLATE "C" NOT NULL,
  name TEXT COLLATE "C" NOT NULL,
  phone TEXT COLLATE "C" NOT NULL,
  phone_index TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE INDEX person_phone ON person (tenant, phone_index);

CREATE TABLE holding (
  tenant TEXT COLLATE "C" NOT NULL,
  id TEXT COLLATE "C" NOT NULL,
  person TEXT COLLATE "C" NOT NULL,
  title TEXT COLLATE "C" NOT NULL,
  role TEXT COLLATE "C" NOT NULL,
  org TEXT COLLATE "C" NOT NULL,
  place TEXT COLLATE "C" NOT NULL,
  path TEXT COLLATE "C" NOT NULL,
  level TEXT COLLATE "C" NOT NULL,
  from_at BIGINT NOT NULL,
  to_at BIGINT NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE INDEX holding_person ON holding (tenant, person);
CREATE INDEX holding_org ON holding (tenant, org, role);
CREATE INDEX holding_place ON holding (tenant, place, title);

CREATE TABLE cover (
  tenant TEXT COLLATE "C" NOT NULL,
  id TEXT COLLATE "C" NOT NULL,
  kind TEXT COLLATE "C" NOT NULL,
  org TEXT COLLATE "C" NOT NULL,
  place TEXT COLLATE "C" NOT NULL,
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
  tenant TEXT COLLATE "C" NOT NULL,
  id TEXT COLLATE "C" NOT NULL,
  person TEXT COLLATE "C" NOT NULL,
  unit TEXT COLLATE "C" NOT NULL,
  community TEXT COLLATE "C" NOT NULL,
  grid TEXT COLLATE "C" NOT NULL,
  from_at BIGINT NOT NULL,
  to_at BIGINT NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX report_in_once ON report_in (tenant, person, to_at);
CREATE INDEX report_in_grid ON report_in (tenant, grid);

CREATE TABLE account (
  tenant TEXT COLLATE "C" NOT NULL,
  id TEXT COLLATE "C" NOT NULL,
  user_name TEXT COLLATE "C" NOT NULL,
  name_sealed TEXT COLLATE "C" NOT NULL,
  name_masked TEXT COLLATE "C" NOT NULL,
  password TEXT COLLATE "C" NOT NULL,
  disabled SMALLINT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX account_user ON account (tenant, user_name);

CREATE TABLE session (
  tenant TEXT COLLATE "C" NOT NULL,
  hash TEXT COLLATE "C" NOT NULL,
  id TEXT COLLATE "C" NOT NULL,
  account TEXT COLLATE "C" NOT NULL,
  created_at BIGINT NOT NULL,
  seen_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  device TEXT COLLATE "C" NOT NULL,
  revoked_at BIGINT NOT NULL,
  PRIMARY KEY (tenant, hash)
);
CREATE INDEX session_account ON session (tenant, account, id);
CREATE INDEX session_expires ON session (tenant, expires_at);

CREATE TABLE token (
  tenant TEXT COLLATE "C" NOT NULL,
  hash TEXT COLLATE "C" NOT NULL,
  id TEXT COLLATE "C" NOT NULL,
  account TEXT COLLATE "C" NOT NULL,
  name TEXT COLLATE "C" NOT NULL,
  created_at BIGINT NOT NULL,
  seen_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  revoked_at BIGINT NOT NULL,
  PRIMARY KEY (tenant, hash)
);
CREATE INDEX token_account ON token (tenant, account, id);

CREATE TABLE flow (
  tenant TEXT COLLATE "C" NOT NULL,
  id TEXT COLLATE "C" NOT NULL,
  version INTEGER NOT NULL,
  body TEXT COLLATE "C" NOT NULL,
  published_at BIGINT NOT NULL,
  PRIMARY KEY (tenant, id, version)
);

CREATE TABLE menu_item (
  tenant TEXT COLLATE "C" NOT NULL,
  id TEXT COLLATE "C" NOT NULL,
  sort INTEGER NOT NULL,
  active SMALLINT NOT NULL,
  body TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (tenant, id)
);

CREATE TABLE route_rule (
  tenant TEXT COLLATE "C" NOT NULL,
  id TEXT COLLATE "C" NOT NULL,
  sort INTEGER NOT NULL,
  active SMALLINT NOT NULL,
  body TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (tenant, id)
);

CREATE TABLE case_record (
  tenant TEXT COLLATE "C" NOT NULL,
  id TEXT COLLATE "C" NOT NULL,
  number TEXT COLLATE "C" NOT NULL,
  track_hash TEXT COLLATE "C" NOT NULL,
  flow TEXT COLLATE "C" NOT NULL,
  flow_version INTEGER NOT NULL,
  item TEXT COLLATE "C" NOT NULL,
  title_zh TEXT COLLATE "C" NOT NULL,
  title_en TEXT COLLATE "C" NOT NULL,
  body TEXT COLLATE "C" NOT NULL,
  address TEXT COLLATE "C" NOT NULL,
  contact TEXT COLLATE "C" NOT NULL,
  phone_index TEXT COLLATE "C" NOT NULL,
  form TEXT COLLATE "C" NOT NULL,
  photos TEXT COLLATE "C" NOT NULL,
  lon DOUBLE PRECISION NOT NULL,
  lat DOUBLE PRECISION NOT NULL,
  path TEXT COLLATE "C" NOT NULL,
  place TEXT COLLATE "C" NOT NULL,
  step TEXT COLLATE "C" NOT NULL,
  step_at BIGINT NOT NULL,
  prev_step TEXT COLLATE "C" NOT NULL,
  ended TEXT COLLATE "C" NOT NULL,
  version INTEGER NOT NULL,
  round INTEGER NOT NULL,
  strand TEXT COLLATE "C" NOT NULL,
  confidential SMALLINT NOT NULL,
  unit TEXT COLLATE "C" NOT NULL,
  assignee TEXT COLLATE "C" NOT NULL,
  assignee_name TEXT COLLATE "C" NOT NULL,
  cohandles TEXT COLLATE "C" NOT NULL,
  urgent SMALLINT NOT NULL,
  supervised SMALLINT NOT NULL,
  held SMALLINT NOT NULL,
  route TEXT COLLATE "C" NOT NULL,
  clocks TEXT COLLATE "C" NOT NULL,
  due_at BIGINT NOT NULL,
  tick_at BIGINT NOT NULL,
  result TEXT COLLATE "C" NOT NULL,
  merged_into TEXT COLLATE "C" NOT NULL,
  opened_by TEXT COLLATE "C" NOT NULL,
  requester TEXT COLLATE "C" NOT NULL,
  source TEXT COLLATE "C" NOT NULL,
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
  PRIMARY KEY (tenant, id)
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
  tenant TEXT COLLATE "C" NOT NULL,
  unit TEXT COLLATE "C" NOT NULL,
  case_id TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (tenant, unit, case_id)
);

-- Overlapping bigrams of what was said.
CREATE TABLE case_search (
  tenant TEXT COLLATE "C" NOT NULL,
  case_id TEXT COLLATE "C" NOT NULL,
  doc TSVECTOR NOT NULL,
  PRIMARY KEY (tenant, case_id)
);
CREATE INDEX case_search_doc ON case_search USING GIN (doc);

-- One rating a round and requester: merged cases let every requester rate.
CREATE TABLE rating (
  tenant TEXT COLLATE "C" NOT NULL,
  case_id TEXT COLLATE "C" NOT NULL,
  round INTEGER NOT NULL,
  requester TEXT COLLATE "C" NOT NULL,
  score SMALLINT NOT NULL,
  solved SMALLINT NOT NULL,
  body TEXT COLLATE "C" NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (tenant, case_id, round, requester)
);

-- What was done, by whom. Append-only: seq is given once by the sealer, personal and salt may be erased, nothing else changes.
CREATE TABLE ledger (
  tenant TEXT COLLATE "C" NOT NULL,
  id TEXT COLLATE "C" NOT NULL,
  object TEXT COLLATE "C" NOT NULL,
  at BIGINT NOT NULL,
  actor TEXT COLLATE "C" NOT NULL,
  act TEXT COLLATE "C" NOT NULL,
  version INTEGER NOT NULL,
  public TEXT COLLATE "C" NOT NULL,
  digest TEXT COLLATE "C" NOT NULL,
  salt TEXT COLLATE "C" NOT NULL,
  personal TEXT COLLATE "C" NOT NULL,
  seq BIGINT NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE INDEX ledger_object ON ledger (tenant, object, id);
CREATE INDEX ledger_unsealed ON ledger (tenant, id) WHERE seq < 0;
CREATE UNIQUE INDEX ledger_seq ON ledger (tenant, seq) WHERE seq >= 0;

-- The tenant's Merkle tree and its signed checkpoints. n is a row's seq; hash holds, in base64 one after the other, the row's leaf
-- and each subtree that ends with it (sumdb/tlog's stored hashes of the row).
CREATE TABLE ledger_hash (
  tenant TEXT COLLATE "C" NOT NULL,
  n BIGINT NOT NULL,
  hash TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (tenant, n)
);
CREATE TABLE checkpoint (
  tenant TEXT COLLATE "C" NOT NULL,
  size BIGINT NOT NULL,
  note TEXT COLLATE "C" NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (tenant, size)
);

CREATE TABLE outbox (
  tenant TEXT COLLATE "C" NOT NULL,
  id TEXT COLLATE "C" NOT NULL,
  topic TEXT COLLATE "C" NOT NULL,
  target TEXT COLLATE "C" NOT NULL,
  body TEXT COLLATE "C" NOT NULL,
  at BIGINT NOT NULL,
  next_at BIGINT NOT NULL,
  attempt INTEGER NOT NULL,
  lease TEXT COLLATE "C" NOT NULL,
  lease_until BIGINT NOT NULL,
  gave_up_at BIGINT NOT NULL,
  last_error TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE INDEX outbox_next ON outbox (tenant, topic, next_at);

-- Who leads a periodic duty now (sealing, clocks, purging): one holder until the lease ends.
CREATE TABLE lease (
  tenant TEXT COLLATE "C" NOT NULL,
  name TEXT COLLATE "C" NOT NULL,
  holder TEXT COLLATE "C" NOT NULL,
  until_at BIGINT NOT NULL,
  PRIMARY KEY (tenant, name)
);

CREATE TABLE idempotency (
  tenant TEXT COLLATE "C" NOT NULL,
  caller TEXT COLLATE "C" NOT NULL,
  idem_key TEXT COLLATE "C" NOT NULL,
  body_hash TEXT COLLATE "C" NOT NULL,
  answer TEXT COLLATE "C" NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (tenant, caller, idem_key)
);
CREATE INDEX idempotency_at ON idempotency (tenant, at);

CREATE TABLE upload (
  tenant TEXT COLLATE "C" NOT NULL,
  id TEXT COLLATE "C" NOT NULL,
  sha TEXT COLLATE "C" NOT NULL,
  thumb TEXT COLLATE "C" NOT NULL,
  w INTEGER NOT NULL,
  h INTEGER NOT NULL,
  size INTEGER NOT NULL,
  at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  case_id TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE INDEX upload_sha ON upload (tenant, sha);
CREATE INDEX upload_thumb ON upload (tenant, thumb);
CREATE INDEX upload_case ON upload (tenant, case_id, id) WHERE case_id <> '';
CREATE INDEX upload_free ON upload (tenant, expires_at) WHERE case_id = '';
CREATE TABLE blob (
  tenant TEXT COLLATE "C" NOT NULL,
  sha TEXT COLLATE "C" NOT NULL,
  bytes BYTEA NOT NULL,
  put_at BIGINT NOT NULL,
  PRIMARY KEY (tenant, sha)
);

CREATE TABLE unmasking (
  tenant TEXT COLLATE "C" NOT NULL,
  id TEXT COLLATE "C" NOT NULL,
  case_id TEXT COLLATE "C" NOT NULL,
  account TEXT COLLATE "C" NOT NULL,
  who TEXT COLLATE "C" NOT NULL,
  fields TEXT COLLATE "C" NOT NULL,
  reason TEXT COLLATE "C" NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE INDEX unmasking_case ON unmasking (tenant, case_id);

CREATE TABLE webhook (
  tenant TEXT COLLATE "C" NOT NULL,
  id TEXT COLLATE "C" NOT NULL,
  url TEXT COLLATE "C" NOT NULL,
  secret TEXT COLLATE "C" NOT NULL,
  topics TEXT COLLATE "C" NOT NULL,
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
DROP TABLE case_search;
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
