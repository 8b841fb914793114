-- +goose Up
ALTER TABLE webhook ADD COLUMN created_at BIGINT NOT NULL DEFAULT 0;
-- Calls to webhooks that were answered; those that wait or were given up stand in the outbox.
CREATE TABLE delivery (
  tenant TEXT NOT NULL,
  hook TEXT NOT NULL,
  id TEXT NOT NULL,
  at BIGINT NOT NULL,
  done_at BIGINT NOT NULL,
  attempts INTEGER NOT NULL,
  PRIMARY KEY (tenant, hook, id)
) WITHOUT ROWID;
CREATE INDEX delivery_done ON delivery (tenant, done_at);
CREATE INDEX outbox_target ON outbox (tenant, target, id) WHERE topic = 'webhook';

-- +goose Down
DROP INDEX outbox_target;
DROP TABLE delivery;
ALTER TABLE webhook DROP COLUMN created_at;
