import type { Migration } from './migration.ts';

/**
 * What is said of datasets and versions. Whatever only a body says stands beside the `pos` of its entry and is NULL where the body is not
 * there, so that a destroyed body leaves the same rows as one that was never seen.
 * Tags are kept as what was said, in order: the tag of a destroyed `tag.removed` is in effect again, as it is for whoever reads the lake afresh.
 * `state`: how the files of a version are known; `unknown` until someone tells them. `placed` is local, no answer.
 */
export const datasets: Migration = {
  number: 2,
  name: 'datasets',
  sql: `
    CREATE TABLE dataset (
      ds INTEGER PRIMARY KEY,
      id TEXT NOT NULL UNIQUE,
      pos INTEGER NOT NULL UNIQUE,
      root TEXT CHECK (root IN ('store', 'raw')),
      has_first_tags INTEGER NOT NULL CHECK (has_first_tags IN (0, 1)),
      newest INTEGER NOT NULL DEFAULT 0
    ) STRICT;

    CREATE TABLE alias (
      pos INTEGER PRIMARY KEY,
      ds INTEGER NOT NULL REFERENCES dataset (ds),
      alias TEXT
    ) STRICT;
    CREATE INDEX alias_ds ON alias (ds, pos);

    CREATE TABLE name (
      key TEXT PRIMARY KEY,
      ds INTEGER NOT NULL REFERENCES dataset (ds),
      name TEXT NOT NULL,
      kind TEXT NOT NULL CHECK (kind IN ('id', 'alias')),
      pos INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX name_ds ON name (ds, kind, pos);

    CREATE TABLE version (
      ds INTEGER NOT NULL REFERENCES dataset (ds),
      number INTEGER NOT NULL,
      pos INTEGER NOT NULL UNIQUE,
      hash BLOB NOT NULL CHECK (length(hash) = 32),
      root TEXT CHECK (root IN ('store', 'raw')),
      message TEXT,
      transform TEXT,
      said_files INTEGER,
      said_bytes INTEGER,
      withdrawn_pos INTEGER,
      voided_pos INTEGER,
      state TEXT NOT NULL DEFAULT 'unknown' CHECK (state IN ('unknown', 'lines', 'inventory')),
      files INTEGER,
      bytes INTEGER,
      placed INTEGER NOT NULL DEFAULT 0 CHECK (placed IN (0, 1)),
      PRIMARY KEY (ds, number)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX version_unsettled ON version (pos) WHERE placed = 0;

    CREATE TABLE tag_said (
      pos INTEGER NOT NULL,
      ordinal INTEGER NOT NULL,
      ds INTEGER NOT NULL REFERENCES dataset (ds),
      version INTEGER NOT NULL,
      tag TEXT,
      adds INTEGER NOT NULL CHECK (adds IN (0, 1)),
      PRIMARY KEY (pos, ordinal)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX tag_said_version ON tag_said (ds, version, tag, pos);

    CREATE TABLE description (
      pos INTEGER PRIMARY KEY,
      ds INTEGER NOT NULL REFERENCES dataset (ds),
      description TEXT
    ) STRICT;
    CREATE INDEX description_ds ON description (ds, pos);

    CREATE TABLE source (
      ds INTEGER NOT NULL REFERENCES dataset (ds),
      version INTEGER NOT NULL,
      ordinal INTEGER NOT NULL,
      source_id TEXT NOT NULL,
      source_version INTEGER NOT NULL,
      PRIMARY KEY (ds, version, ordinal)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX source_of ON source (source_id, source_version);

    CREATE TABLE export (
      pos INTEGER PRIMARY KEY,
      ds INTEGER NOT NULL REFERENCES dataset (ds),
      version INTEGER NOT NULL,
      package BLOB NOT NULL CHECK (length(package) = 32),
      name TEXT,
      bytes INTEGER,
      payload_files INTEGER,
      payload_octets INTEGER,
      signer TEXT
    ) STRICT;
    CREATE INDEX export_version ON export (ds, version);
  `,
};
