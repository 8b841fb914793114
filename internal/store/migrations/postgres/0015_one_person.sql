-- +goose Up
-- Who visits by a consent of its own: the institution, such as the clinic, to which name, telephone and address were passed on.
ALTER TABLE round_care ADD COLUMN partner TEXT COLLATE "C" NOT NULL DEFAULT '';
-- Whom an entry of a roll stands for: a keyed hash of the telephone number that differs from ballot to ballot; empty where none is known. A number
-- gets one code, and none when an account with it is on the roll.
ALTER TABLE ballot_roll ADD COLUMN person TEXT COLLATE "C" NOT NULL DEFAULT '';
CREATE UNIQUE INDEX ballot_roll_person ON ballot_roll (tenant, ballot, person) WHERE by_code = 1 AND person <> '';

-- +goose Down
DROP INDEX ballot_roll_person;
ALTER TABLE ballot_roll DROP COLUMN person;
ALTER TABLE round_care DROP COLUMN partner;
