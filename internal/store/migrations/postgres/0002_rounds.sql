-- +goose Up
-- Duties that recur: templates in every version, the duties of each turn, what was recorded and found, who agreed to visits, shifts
-- and the records of their programme.
CREATE TABLE round_template (
  tenant TEXT COLLATE "C" NOT NULL,
  id TEXT COLLATE "C" NOT NULL,
  version INTEGER NOT NULL,
  source TEXT COLLATE "C" NOT NULL,
  published_at BIGINT NOT NULL,
  published_by TEXT COLLATE "C" NOT NULL,
  stopped_at BIGINT NOT NULL,
  PRIMARY KEY (tenant, id, version)
);

-- The duties of a day are made once for each template.
CREATE TABLE round_plan (
  tenant TEXT COLLATE "C" NOT NULL,
  day TEXT COLLATE "C" NOT NULL,
  template TEXT COLLATE "C" NOT NULL,
  version INTEGER NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (tenant, day, template, version)
);

CREATE TABLE round_duty (
  tenant TEXT COLLATE "C" NOT NULL,
  id TEXT COLLATE "C" NOT NULL,
  template TEXT COLLATE "C" NOT NULL,
  version INTEGER NOT NULL,
  kind TEXT COLLATE "C" NOT NULL,
  target TEXT COLLATE "C" NOT NULL,
  period TEXT COLLATE "C" NOT NULL,
  place TEXT COLLATE "C" NOT NULL,
  path TEXT COLLATE "C" NOT NULL,
  role TEXT COLLATE "C" NOT NULL,
  post TEXT COLLATE "C" NOT NULL,
  unit TEXT COLLATE "C" NOT NULL,
  assignee TEXT COLLATE "C" NOT NULL,
  shift TEXT COLLATE "C" NOT NULL,
  subject TEXT COLLATE "C" NOT NULL,
  confidential SMALLINT NOT NULL,
  from_at BIGINT NOT NULL,
  due_at BIGINT NOT NULL,
  miss_at BIGINT NOT NULL,
  state TEXT COLLATE "C" NOT NULL,
  passed SMALLINT NOT NULL,
  late SMALLINT NOT NULL,
  done_at BIGINT NOT NULL,
  done_by TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (tenant, id)
);
-- One duty for each turn of a template at a place, a person or a worker.
CREATE UNIQUE INDEX round_duty_once ON round_duty (tenant, template, target, period);
CREATE INDEX round_duty_due ON round_duty (tenant, due_at, id);
CREATE INDEX round_duty_path ON round_duty (tenant, path, due_at);
CREATE INDEX round_duty_open ON round_duty (tenant, path, from_at) WHERE state = 'open';
CREATE INDEX round_duty_unit ON round_duty (tenant, unit, path) WHERE state = 'open' AND unit <> '';
CREATE INDEX round_duty_assignee ON round_duty (tenant, assignee, from_at) WHERE assignee <> '';
CREATE INDEX round_duty_miss ON round_duty (tenant, miss_at) WHERE state = 'open';
CREATE INDEX round_duty_shift ON round_duty (tenant, shift) WHERE shift <> '';
CREATE INDEX round_duty_target ON round_duty (tenant, target, due_at);
CREATE INDEX round_duty_named ON round_duty (tenant, due_at) WHERE subject <> '';

CREATE TABLE round_result (
  tenant TEXT COLLATE "C" NOT NULL,
  duty TEXT COLLATE "C" NOT NULL,
  at BIGINT NOT NULL,
  account TEXT COLLATE "C" NOT NULL,
  once_key TEXT COLLATE "C" NOT NULL,
  answers TEXT COLLATE "C" NOT NULL,
  notes TEXT COLLATE "C" NOT NULL,
  photos TEXT COLLATE "C" NOT NULL,
  good INTEGER NOT NULL,
  not_good INTEGER NOT NULL,
  notes_end BIGINT NOT NULL,
  confidential SMALLINT NOT NULL,
  PRIMARY KEY (tenant, duty)
);
CREATE INDEX round_result_notes ON round_result (tenant, at) WHERE confidential = 1 AND notes <> '';

CREATE TABLE round_finding (
  tenant TEXT COLLATE "C" NOT NULL,
  id TEXT COLLATE "C" NOT NULL,
  duty TEXT COLLATE "C" NOT NULL,
  template TEXT COLLATE "C" NOT NULL,
  item TEXT COLLATE "C" NOT NULL,
  say_zh TEXT COLLATE "C" NOT NULL,
  say_en TEXT COLLATE "C" NOT NULL,
  place TEXT COLLATE "C" NOT NULL,
  path TEXT COLLATE "C" NOT NULL,
  at BIGINT NOT NULL,
  flow TEXT COLLATE "C" NOT NULL,
  case_id TEXT COLLATE "C" NOT NULL,
  number TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX round_finding_once ON round_finding (tenant, duty, item);
CREATE INDEX round_finding_case ON round_finding (tenant, case_id);
CREATE INDEX round_finding_path ON round_finding (tenant, path, id);

-- Who agreed to be visited. Name, telephone and address are sealed, and empty once consent was withdrawn. Why is not kept.
CREATE TABLE round_care (
  tenant TEXT COLLATE "C" NOT NULL,
  id TEXT COLLATE "C" NOT NULL,
  template TEXT COLLATE "C" NOT NULL,
  name TEXT COLLATE "C" NOT NULL,
  phone TEXT COLLATE "C" NOT NULL,
  address TEXT COLLATE "C" NOT NULL,
  place TEXT COLLATE "C" NOT NULL,
  path TEXT COLLATE "C" NOT NULL,
  visitor TEXT COLLATE "C" NOT NULL,
  every_days INTEGER NOT NULL,
  part TEXT COLLATE "C" NOT NULL,
  consent_text TEXT COLLATE "C" NOT NULL,
  consent_by TEXT COLLATE "C" NOT NULL,
  consent_how TEXT COLLATE "C" NOT NULL,
  agreed_at BIGINT NOT NULL,
  recorded_by TEXT COLLATE "C" NOT NULL,
  ended_at BIGINT NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE INDEX round_care_path ON round_care (tenant, path, id);
CREATE INDEX round_care_visitor ON round_care (tenant, visitor, id);

CREATE TABLE round_shift (
  tenant TEXT COLLATE "C" NOT NULL,
  id TEXT COLLATE "C" NOT NULL,
  template TEXT COLLATE "C" NOT NULL,
  version INTEGER NOT NULL,
  name TEXT COLLATE "C" NOT NULL,
  place TEXT COLLATE "C" NOT NULL,
  path TEXT COLLATE "C" NOT NULL,
  unit TEXT COLLATE "C" NOT NULL,
  day TEXT COLLATE "C" NOT NULL,
  starts_at BIGINT NOT NULL,
  state TEXT COLLATE "C" NOT NULL,
  revision INTEGER NOT NULL,
  opened_at BIGINT NOT NULL,
  opened_by TEXT COLLATE "C" NOT NULL,
  closed_at BIGINT NOT NULL,
  account TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE INDEX round_shift_path ON round_shift (tenant, path, id);

CREATE TABLE round_record (
  tenant TEXT COLLATE "C" NOT NULL,
  id TEXT COLLATE "C" NOT NULL,
  template TEXT COLLATE "C" NOT NULL,
  measure TEXT COLLATE "C" NOT NULL,
  place TEXT COLLATE "C" NOT NULL,
  path TEXT COLLATE "C" NOT NULL,
  unit TEXT COLLATE "C" NOT NULL,
  day TEXT COLLATE "C" NOT NULL,
  words TEXT COLLATE "C" NOT NULL,
  photos TEXT COLLATE "C" NOT NULL,
  at BIGINT NOT NULL,
  account TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE INDEX round_record_path ON round_record (tenant, path, id);

-- +goose Down
DROP TABLE round_record;
DROP TABLE round_shift;
DROP TABLE round_care;
DROP TABLE round_finding;
DROP TABLE round_result;
DROP TABLE round_duty;
DROP TABLE round_plan;
DROP TABLE round_template;
