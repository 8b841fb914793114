-- +goose Up
-- Finding places by a part of their names: each name that any place has borne, once, by every two characters that follow one
-- another in it (the last by itself). Many places bear the same name, so this stays small.
CREATE TABLE place_word (
  tenant TEXT COLLATE "C" NOT NULL,
  gram TEXT COLLATE "C" NOT NULL,
  name TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (tenant, gram, name)
);
INSERT INTO place_word (tenant, gram, name)
WITH RECURSIVE part (tenant, name, at) AS (
  SELECT DISTINCT tenant, name, 1 FROM place WHERE name <> ''
  UNION ALL
  SELECT tenant, name, at + 1 FROM part WHERE at < length(name)
)
SELECT DISTINCT tenant, substr(name, at, 2), name FROM part;
CREATE INDEX place_name ON place (tenant, name, code);

-- A number is told on the telephone by its last five characters.
CREATE INDEX case_number_end ON case_record (tenant, substr(number, 17));

-- +goose Down
DROP INDEX case_number_end;
DROP INDEX place_name;
DROP TABLE place_word;
