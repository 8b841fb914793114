-- +goose Up
-- The walking network of a district, as each import of a map brought it. The newest is in use; plans name the one they were worked out on.
CREATE TABLE streets (
  tenant TEXT NOT NULL,
  id TEXT NOT NULL,
  put_at BIGINT NOT NULL,
  source TEXT NOT NULL,
  digest TEXT NOT NULL,
  nodes INTEGER NOT NULL,
  metres REAL NOT NULL,
  body BLOB NOT NULL,
  PRIMARY KEY (tenant, id)
);

-- +goose Down
DROP TABLE streets;
