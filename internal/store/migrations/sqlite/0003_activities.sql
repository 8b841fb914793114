-- +goose Up
-- Programmes are data: their forms, classes and kinds of post stand in the body.
CREATE TABLE activity_programme (
  tenant TEXT NOT NULL,
  id TEXT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE TABLE activity_setting (
  tenant TEXT NOT NULL PRIMARY KEY,
  body TEXT NOT NULL
);

-- held counts the sessions held: the next number is taken from it in the unit of work that holds a session.
CREATE TABLE activity_series (
  tenant TEXT NOT NULL,
  id TEXT NOT NULL,
  title TEXT NOT NULL,
  programme TEXT NOT NULL,
  path TEXT NOT NULL,
  planned INTEGER NOT NULL,
  held INTEGER NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE INDEX activity_series_title ON activity_series (tenant, title, id);

CREATE TABLE activity (
  tenant TEXT NOT NULL,
  id TEXT NOT NULL,
  programme TEXT NOT NULL,
  form TEXT NOT NULL,
  class TEXT NOT NULL,
  service SMALLINT NOT NULL,
  title TEXT NOT NULL,
  about TEXT NOT NULL,
  strands TEXT NOT NULL,
  place TEXT NOT NULL,
  path TEXT NOT NULL,
  spot TEXT NOT NULL,
  venue TEXT NOT NULL,
  host TEXT NOT NULL,
  series TEXT NOT NULL,
  number INTEGER NOT NULL,
  stage TEXT NOT NULL,
  version INTEGER NOT NULL,
  from_at BIGINT NOT NULL,
  to_at BIGINT NOT NULL,
  travel_out INTEGER NOT NULL,
  travel_back INTEGER NOT NULL,
  risk SMALLINT NOT NULL,
  insurance TEXT NOT NULL,
  insured_at BIGINT NOT NULL,
  briefing TEXT NOT NULL,
  briefed_at BIGINT NOT NULL,
  quality TEXT NOT NULL,
  quality_at BIGINT NOT NULL,
  outcome TEXT NOT NULL,
  benefit_times INTEGER NOT NULL,
  benefit_people INTEGER NOT NULL,
  took_part INTEGER NOT NULL,
  source TEXT NOT NULL,
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
  tenant TEXT NOT NULL,
  activity TEXT NOT NULL,
  id TEXT NOT NULL,
  sort INTEGER NOT NULL,
  pay TEXT NOT NULL,
  kind TEXT NOT NULL,
  title TEXT NOT NULL,
  capacity INTEGER NOT NULL,
  filled INTEGER NOT NULL,
  waiting INTEGER NOT NULL,
  skills TEXT NOT NULL,
  from_at BIGINT NOT NULL,
  to_at BIGINT NOT NULL,
  rate_fen BIGINT NOT NULL,
  employment TEXT NOT NULL,
  PRIMARY KEY (tenant, activity, id)
);

-- who is an account or the blind index of a telephone. ended is empty while the sign-up lasts, then its own id: so that one
-- person has one place a day in an activity, and may come back after cancelling.
CREATE TABLE activity_signup (
  tenant TEXT NOT NULL,
  id TEXT NOT NULL,
  activity TEXT NOT NULL,
  post TEXT NOT NULL,
  who TEXT NOT NULL,
  account TEXT NOT NULL,
  shown TEXT NOT NULL,
  contact TEXT NOT NULL,
  code_hash TEXT NOT NULL,
  day TEXT NOT NULL,
  state TEXT NOT NULL,
  at BIGINT NOT NULL,
  ended TEXT NOT NULL,
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
  tenant TEXT NOT NULL,
  id TEXT NOT NULL,
  activity TEXT NOT NULL,
  signup TEXT NOT NULL,
  who TEXT NOT NULL,
  pay TEXT NOT NULL,
  in_at BIGINT NOT NULL,
  out_at BIGINT NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX activity_attendance_once ON activity_attendance (tenant, signup, out_at);
CREATE INDEX activity_attendance_of ON activity_attendance (tenant, activity, id);
CREATE INDEX activity_attendance_who ON activity_attendance (tenant, who, in_at);

-- Volunteers (unpaid) and workers (paid). One registration a person: never both.
CREATE TABLE activity_person (
  tenant TEXT NOT NULL,
  id TEXT NOT NULL,
  who TEXT NOT NULL,
  kind TEXT NOT NULL,
  number TEXT NOT NULL,
  account TEXT NOT NULL,
  shown TEXT NOT NULL,
  name TEXT NOT NULL,
  phone TEXT NOT NULL,
  path TEXT NOT NULL,
  skills TEXT NOT NULL,
  windows TEXT NOT NULL,
  most INTEGER NOT NULL,
  employment TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX activity_person_who ON activity_person (tenant, who);
CREATE UNIQUE INDEX activity_person_number ON activity_person (tenant, number);
CREATE INDEX activity_person_kind ON activity_person (tenant, kind, id);

CREATE TABLE activity_venue (
  tenant TEXT NOT NULL,
  id TEXT NOT NULL,
  title TEXT NOT NULL,
  kind TEXT NOT NULL,
  place TEXT NOT NULL,
  path TEXT NOT NULL,
  seats INTEGER NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE INDEX activity_venue_title ON activity_venue (tenant, title, id);
-- A quarter of an hour of a venue is taken once.
CREATE TABLE venue_slot (
  tenant TEXT NOT NULL,
  venue TEXT NOT NULL,
  slot BIGINT NOT NULL,
  activity TEXT NOT NULL,
  PRIMARY KEY (tenant, venue, slot)
);
CREATE INDEX venue_slot_activity ON venue_slot (tenant, activity);

CREATE TABLE volunteer_team (
  tenant TEXT NOT NULL,
  id TEXT NOT NULL,
  parent TEXT NOT NULL,
  title TEXT NOT NULL,
  kind TEXT NOT NULL,
  place TEXT NOT NULL,
  path TEXT NOT NULL,
  lead TEXT NOT NULL,
  lead_title TEXT NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE INDEX volunteer_team_parent ON volunteer_team (tenant, parent, id);
CREATE TABLE team_member (
  tenant TEXT NOT NULL,
  id TEXT NOT NULL,
  team TEXT NOT NULL,
  person TEXT NOT NULL,
  post TEXT NOT NULL,
  from_at BIGINT NOT NULL,
  to_at BIGINT NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX team_member_once ON team_member (tenant, team, person, to_at);
CREATE INDEX team_member_person ON team_member (tenant, person);
-- A villager group (grp) is in one grid of its brigade.
CREATE TABLE volunteer_grid (
  tenant TEXT NOT NULL,
  team TEXT NOT NULL,
  grp TEXT NOT NULL,
  grid INTEGER NOT NULL,
  PRIMARY KEY (tenant, team, grp)
);

-- One weighing of a shift.
CREATE TABLE activity_wage (
  tenant TEXT NOT NULL,
  id TEXT NOT NULL,
  activity TEXT NOT NULL,
  signup TEXT NOT NULL,
  who TEXT NOT NULL,
  grams BIGINT NOT NULL,
  rate_fen BIGINT NOT NULL,
  employment TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE INDEX activity_wage_of ON activity_wage (tenant, activity, signup);

CREATE TABLE volunteer_certificate (
  tenant TEXT NOT NULL,
  id TEXT NOT NULL,
  number TEXT NOT NULL,
  who TEXT NOT NULL,
  path TEXT NOT NULL,
  minutes INTEGER NOT NULL,
  body TEXT NOT NULL,
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
