import type { Migration } from './migration.ts';

/**
 * The leaves and the keys. `pos` counts leaves over all logs that this lake's state is made of: a fork (lake.md section 16) goes on from its
 * origin's log, so that `seq` starts again at 0 while facts from before keep their place. Without a fork `pos` is `seq`.
 * `op`, `subject` and the rest are NULL where an entry could not be read; `dataset` is the id that the log can be asked for.
 * `counts`: its `at` and `txn` are those that later entries are judged by, which is so too where only its body does not fit.
 * `body` is what the leaf says (kept until a `body.destroyed` names it); `body_found` is what was met on the lake.
 * `remark` keeps, as JSON, what the bodies of operations without a table of their own said. `checked_*` and `stale` are local, no answers.
 */
export const ledger: Migration = {
  number: 1,
  name: 'ledger',
  sql: `
    CREATE TABLE meta (
      one INTEGER PRIMARY KEY CHECK (one = 1),
      lake TEXT,
      log INTEGER NOT NULL,
      base INTEGER NOT NULL,
      size INTEGER NOT NULL,
      frontier BLOB NOT NULL,
      last_leaf BLOB,
      last_at TEXT,
      checked_size INTEGER,
      checked_root BLOB,
      stale INTEGER NOT NULL DEFAULT 0 CHECK (stale IN (0, 1))
    ) STRICT;
    INSERT INTO meta (one, log, base, size, frontier) VALUES (1, 0, 0, 0, x'');

    CREATE TABLE entry (
      pos INTEGER PRIMARY KEY,
      log INTEGER NOT NULL,
      seq INTEGER NOT NULL,
      leaf BLOB NOT NULL CHECK (length(leaf) = 32),
      effect INTEGER NOT NULL CHECK (effect IN (0, 1)),
      counts INTEGER NOT NULL CHECK (counts IN (0, 1)),
      why TEXT,
      newer INTEGER NOT NULL CHECK (newer IN (0, 1)),
      txn TEXT,
      at TEXT,
      clock TEXT,
      station BLOB,
      actor BLOB,
      op TEXT,
      subject TEXT,
      dataset TEXT,
      body_size INTEGER,
      body_commit BLOB,
      body TEXT CHECK (body IN ('none', 'kept', 'destroyed')),
      body_found TEXT CHECK (body_found IN ('present', 'missing', 'altered')),
      destroyed_by INTEGER,
      UNIQUE (log, seq)
    ) STRICT;
    CREATE INDEX entry_txn ON entry (txn);
    CREATE INDEX entry_dataset ON entry (dataset, pos);
    CREATE INDEX entry_op ON entry (op, pos);
    CREATE INDEX entry_without_effect ON entry (pos) WHERE effect = 0;

    CREATE TABLE enrolled_key (
      id BLOB PRIMARY KEY CHECK (length(id) = 32),
      role TEXT NOT NULL CHECK (role IN ('station', 'officer', 'recovery')),
      spki BLOB NOT NULL,
      pos INTEGER NOT NULL,
      revoked_pos INTEGER,
      name TEXT,
      certificate TEXT
    ) STRICT;
    CREATE INDEX enrolled_key_pos ON enrolled_key (pos);

    CREATE TABLE remark (
      pos INTEGER PRIMARY KEY,
      words TEXT
    ) STRICT;
  `,
};
