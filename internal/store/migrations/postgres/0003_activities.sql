-- +goose Up
-- Programmes are data: their forms, classes and kinds of post stand in the body.
CREATE TABLE activity_programme (
  tenant TEXT COLLATE "C" NOT NULL,
  id TEXT COLLATE "C" NOT NULL,
  body TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE TABLE activity_setting (
  tenant TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  body TEXT COLLATE "C" NOT NULL
);

-- held counts the sessions held: the next number is taken from it in the unit of work that holds a session.
CREATE TABLE activity_series (
  tenant TEXT COLLATE "C" NOT NULL,
  id TEXT COLLATE "C" NOT NULL,
  title TEXT COLLATE "C" NOT NULL,
  programme TEXT COLLATE "C" NOT NULL,
  path TEXT COLLATE "C" NOT NULL,
  planned INTEGER NOT NULL,
  held INTEGER NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE INDEX activity_series_title ON activity_series (tenant, title, id);

CREATE TABLE activity (
  tenant TEXT COLLATE "C" NOT NULL,
  id TEXT COLLATE "C" NOT NULL,
  programme TEXT COLLATE "C" NOT NULL,
  form TEXT COLLATE "C" NOT NULL,
  class TEXT COLLATE "C" NOT NULL,
  service SMALLINT NOT NULL,
  title TEXT COLLATE "C" NOT NULL,
  about TEXT COLLATE "C" NOT NULL,
  strands TEXT COLLATE "C" NOT NULL,
  place TEXT COLLATE "C" NOT NULL,
  path TEXT COLLATE "C" NOT NULL,
  spot TEXT COLLATE "C" NOT NULL,
  venue TEXT COLLATE "C" NOT NULL,
  host TEXT COLLATE "C" NOT NULL,
  series TEXT COLLATE "C" NOT NULL,
  number INTEGER NOT NULL,
  stage TEXT COLLATE "C" NOT NULL,
  version INTEGER NOT NULL,
  from_at BIGINT NOT NULL,
  to_at BIGINT NOT NULL,
  travel_out INTEGER NOT NULL,
  travel_back INTEGER NOT NULL,
  risk SMALLINT NOT NULL,
  insurance TEXT COLLATE "C" NOT NULL,
  insured_at BIGINT NOT NULL,
  briefing TEXT COLLATE "C" NOT NULL,
  briefed_at BIGINT NOT NULL,
  quality TEXT COLLATE "C" NOT NULL,
  quality_at BIGINT NOT NULL,
  outcome TEXT COLLATE "C" NOT NULL,
  benefit_times INTEGER NOT NULL,
  benefit_people INTEGER NOT NULL,
  took_part INTEGER NOT NULL,
  source TEXT COLLATE "C" NOT NULL,
  created_at BIGINT NOT NULL,
  closed_at BIGINT NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE INDEX activity_time ON activity (tenant, from_at, id);
CREATE INDEX activity_path ON activity (tenant, path, from_at, id);
CREATE INDEX activity_programme_at ON activity (tenant, programme, from_at, id);
-- A number of a series is borne by one session.
CREATE UNIQUE INDEX activity_number ON activity (tenant, series, number) WHERE number > 0;

CREATE TABLE activity_post (
  tenant TEXT COLLATE "C" NOT NULL,
  activity TEXT COLLATE "C" NOT NULL,
  id TEXT COLLATE "C" NOT NULL,
  sort INTEGER NOT NULL,
  pay TEXT COLLATE "C" NOT NULL,
  kind TEXT COLLATE "C" NOT NULL,
  title TEXT COLLATE "C" NOT NULL,
  capacity INTEGER NOT NULL,
  filled INTEGER NOT NULL,
  waiting INTEGER NOT NULL,
  skills TEXT COLLATE "C" NOT NULL,
  from_at BIGINT NOT NULL,
  to_at BIGINT NOT NULL,
  rate_fen BIGINT NOT NULL,
  employment TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (tenant, activity, id)
);

-- who is an account or the blind index of a telephone. ended is empty while the sign-up lasts, then its own id: so that one
-- person has one place a day in an activity, and may come back after cancelling.
CREATE TABLE activity_signup (
  tenant TEXT COLLATE "C" NOT NULL,
  id TEXT COLLATE "C" NOT NULL,
  activity TEXT COLLATE "C" NOT NULL,
  post TEXT COLLATE "C" NOT NULL,
  who TEXT COLLATE "C" NOT NULL,
  account TEXT COLLATE "C" NOT NULL,
  shown TEXT COLLATE "C" NOT NULL,
  contact TEXT COLLATE "C" NOT NULL,
  code_hash TEXT COLLATE "C" NOT NULL,
  day TEXT COLLATE "C" NOT NULL,
  state TEXT COLLATE "C" NOT NULL,
  at BIGINT NOT NULL,
  ended TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX activity_signup_once ON activity_signup (tenant, activity, who, day, ended);
CREATE UNIQUE INDEX activity_signup_code ON activity_signup (tenant, code_hash);
CREATE INDEX activity_signup_post ON activity_signup (tenant, activity, post, state, at, id);
-- Contacts that are still kept, by when they were given: forgotten when they are old.
CREATE INDEX activity_signup_contact ON activity_signup (tenant, at) WHERE contact <> '';
CREATE INDEX activity_signup_who ON activity_signup (tenant, who, at, id);

-- A sign-up is checked in once at a time: out_at is 0 while it lasts.
CREATE TABLE activity_attendance (
  tenant TEXT COLLATE "C" NOT NULL,
  id TEXT COLLATE "C" NOT NULL,
  activity TEXT COLLATE "C" NOT NULL,
  signup TEXT COLLATE "C" NOT NULL,
  who TEXT COLLATE "C" NOT NULL,
  pay TEXT COLLATE "C" NOT NULL,
  in_at BIGINT NOT NULL,
  out_at BIGINT NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX activity_attendance_once ON activity_attendance (tenant, signup, out_at);
CREATE INDEX activity_attendance_of ON activity_attendance (tenant, activity, id);
CREATE INDEX activity_attendance_who ON activity_attendance (tenant, who, in_at);

-- Volunteers (unpaid) and workers (paid). One registration a person: never both.
CREATE TABLE activity_person (
  tenant TEXT COLLATE "C" NOT NULL,
  id TEXT COLLATE "C" NOT NULL,
  who TEXT COLLATE "C" NOT NULL,
  kind TEXT COLLATE "C" NOT NULL,
  number TEXT COLLATE "C" NOT NULL,
  account TEXT COLLATE "C" NOT NULL,
  shown TEXT COLLATE "C" NOT NULL,
  name TEXT COLLATE "C" NOT NULL,
  phone TEXT COLLATE "C" NOT NULL,
  path TEXT COLLATE "C" NOT NULL,
  skills TEXT COLLATE "C" NOT NULL,
  windows TEXT COLLATE "C" NOT NULL,
  most INTEGER NOT NULL,
  employment TEXT COLLATE "C" NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX activity_person_who ON activity_person (tenant, who);
CREATE UNIQUE INDEX activity_person_number ON activity_person (tenant, number);
CREATE INDEX activity_person_kind ON activity_person (tenant, kind, id);

CREATE TABLE activity_venue (
  tenant TEXT COLLATE "C" NOT NULL,
  id TEXT COLLATE "C" NOT NULL,
  title TEXT COLLATE "C" NOT NULL,
  kind TEXT COLLATE "C" NOT NULL,
  place TEXT COLLATE "C" NOT NULL,
  path TEXT COLLATE "C" NOT NULL,
  seats INTEGER NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE INDEX activity_venue_title ON activity_venue (tenant, title, id);
-- A quarter of an hour of a venue is taken once.
CREATE TABLE venue_slot (
  tenant TEXT COLLATE "C" NOT NULL,
  venue TEXT COLLATE "C" NOT NULL,
  slot BIGINT NOT NULL,
  activity TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (tenant, venue, slot)
);
CREATE INDEX venue_slot_activity ON venue_slot (tenant, activity);

CREATE TABLE volunteer_team (
  tenant TEXT COLLATE "C" NOT NULL,
  id TEXT COLLATE "C" NOT NULL,
  parent TEXT COLLATE "C" NOT NULL,
  title TEXT COLLATE "C" NOT NULL,
  kind TEXT COLLATE "C" NOT NULL,
  place TEXT COLLATE "C" NOT NULL,
  path TEXT COLLATE "C" NOT NULL,
  lead TEXT COLLATE "C" NOT NULL,
  lead_title TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE INDEX volunteer_team_parent ON volunteer_team (tenant, parent, id);
CREATE TABLE team_member (
  tenant TEXT COLLATE "C" NOT NULL,
  id TEXT COLLATE "C" NOT NULL,
  team TEXT COLLATE "C" NOT NULL,
  person TEXT COLLATE "C" NOT NULL,
  post TEXT COLLATE "C" NOT NULL,
  from_at BIGINT NOT NULL,
  to_at BIGINT NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX team_member_once ON team_member (tenant, team, person, to_at);
CREATE INDEX team_member_person ON team_member (tenant, person);
-- A villager group (grp) is in one grid of its brigade.
CREATE TABLE volunteer_grid (
  tenant TEXT COLLATE "C" NOT NULL,
  team TEXT COLLATE "C" NOT NULL,
  grp TEXT COLLATE "C" NOT NULL,
  grid INTEGER NOT NULL,
  PRIMARY KEY (tenant, team, grp)
);

-- One weighing of a shift.
CREATE TABLE activity_wage (
  tenant TEXT COLLATE "C" NOT NULL,
  id TEXT COLLATE "C" NOT NULL,
  activity TEXT COLLATE "C" NOT NULL,
  signup TEXT COLLATE "C" NOT NULL,
  who TEXT COLLATE "C" NOT NULL,
  grams BIGINT NOT NULL,
  rate_fen BIGINT NOT NULL,
  employment TEXT COLLATE "C" NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE INDEX activity_wage_of ON activity_wage (tenant, activity, signup);

CREATE TABLE volunteer_certificate (
  tenant TEXT COLLATE "C" NOT NULL,
  id TEXT COLLATE "C" NOT NULL,
  number TEXT COLLATE "C" NOT NULL,
  who TEXT COLLATE "C" NOT NULL,
  path TEXT COLLATE "C" NOT NULL,
  minutes INTEGER NOT NULL,
  body TEXT COLLATE "C" NOT NULL,
  issued_at BIGINT NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX volunteer_certificate_number ON volunteer_certificate (tenant, number);
CREATE INDEX volunteer_certificate_who ON volunteer_certificate (tenant, who);

-- +goose Down
DROP TABLE volunteer_certificate;
DROP TABLE activity_wage;
DROP TABLE volunteer_grid;
DROP TABLE team_member;
DROP TABLE volunteer_team;
DROP TABLE venue_slot;
DROP TABLE activity_venue;
DROP TABLE activity_person;
DROP TABLE activity_attendance;
DROP TABLE activity_signup;
DROP TABLE activity_post;
DROP TABLE activity;
DROP TABLE activity_series;
DROP TABLE activity_setting;
DROP TABLE activity_programme;
