-- +goose Up
-- The walking network of a district, as each import of a map brought it. The newest is in use; plans name the one they were worked out on.
CREATE TABLE streets (
  tenant TEXT COLLATE "C" NOT NULL,
  id TEXT COLLATE "C" NOT NULL,
  put_at BIGINT NOT NULL,
  source TEXT COLLATE "C" NOT NULL,
  digest TEXT COLLATE "C" NOT NULL,
  nodes INTEGER NOT NULL,
  metres DOUBLE PRECISION NOT NULL,
  body BYTEA NOT NULL,
  PRIMARY KEY (tenant, id)
);

-- +goose Down
DROP TABLE streets;
