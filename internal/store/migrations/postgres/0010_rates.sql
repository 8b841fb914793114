-- +goose Up
-- Whether a case stands in the sums of case_rate. Cases that are open never do; nothing may change one that does.
ALTER TABLE case_record ADD COLUMN rolled SMALLINT NOT NULL DEFAULT 0;
ALTER TABLE rating ADD COLUMN rolled SMALLINT NOT NULL DEFAULT 0;
CREATE INDEX case_settle ON case_record (tenant, closed_at) WHERE rolled = 0 AND ended <> '';
CREATE INDEX rating_live ON rating (tenant, case_id) WHERE rolled = 0;

-- What the rates are made of, summed by the day (Asia/Shanghai, counted from 1970) on which the cases were opened. tier 0 is by the
-- place that a case lies at and its unit; tiers 1 and 2 are by district and street and all that lies below, for each unit and, with
-- an empty unit, for all together.
CREATE TABLE case_rate (
  tenant TEXT COLLATE "C" NOT NULL,
  tier SMALLINT NOT NULL,
  path TEXT COLLATE "C" NOT NULL,
  unit TEXT COLLATE "C" NOT NULL,
  confidential SMALLINT NOT NULL,
  day INTEGER NOT NULL,
  resp_kept INTEGER NOT NULL,
  resp_all INTEGER NOT NULL,
  fin_kept INTEGER NOT NULL,
  fin_all INTEGER NOT NULL,
  rated INTEGER NOT NULL,
  solved INTEGER NOT NULL,
  pleased INTEGER NOT NULL,
  PRIMARY KEY (tenant, tier, path, unit, confidential, day)
);

-- +goose Down
DROP TABLE case_rate;
DROP INDEX rating_live;
DROP INDEX case_settle;
ALTER TABLE rating DROP COLUMN rolled;
ALTER TABLE case_record DROP COLUMN rolled;
