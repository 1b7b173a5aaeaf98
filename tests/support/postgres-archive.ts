import { appendFileSync, chownSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import { createPostgresCluster, type PostgresCluster } from './postgres-cluster.ts';

const START_SECONDS = '60';

export interface ArchivedPostgres extends AsyncDisposable {
  readonly cluster: PostgresCluster;
  /** What is archived from now on goes on from here. */
  baseBackup(): Promise<void>;
  /** A server of its own, as the first one was at this time; its URL. */
  restoredAt(time: string): Promise<string>;
}

/** PostgreSQL that archives its log, as docs/guides/recover.md says (PostgreSQL §25.3). */
export async function createArchivedPostgres(): Promise<ArchivedPostgres> {
  const settings = {
    wal_level: 'replica',
    archive_mode: 'on',
    archive_command: 'test -d FOLDER/archive && cp %p FOLDER/archive/%f',
  };
  const cluster = await createPostgresCluster({ settings });
  const { folder, call } = cluster;
  const { uid, gid } = statSync(folder);
  const mine = (path: string): string => {
    chownSync(path, uid, gid);
    return path;
  };
  mkdirSync(join(folder, 'archive'), { mode: 0o700 });
  mine(join(folder, 'archive'));
  const restored = join(folder, 'restored');
  let isStarted = false;
  return {
    cluster,
    async baseBackup() {
      const { port } = new URL(cluster.url);
      await call('pg_basebackup', ['-h', folder, '-p', port, '-U', 'postgres', '-D', restored, '-X', 'none', '-c', 'fast']);
    },
    async restoredAt(time) {
      const port = await freePort();
      appendFileSync(
        join(restored, 'postgresql.auto.conf'),
        `\nrestore_command = 'cp ${folder}/archive/%f %p'\nrecovery_target_time = '${time}'\nrecovery_target_action = 'promote'\n`,
      );
      writeFileSync(join(restored, 'recovery.signal'), '');
      mine(join(restored, 'recovery.signal'));
      const options = `-c listen_addresses=127.0.0.1 -c port=${port} -c unix_socket_directories=${folder} -c max_connections=40`;
      const log = join(folder, 'restored.log');
      await call('pg_ctl', ['-D', restored, '-l', log, '-w', '-t', START_SECONDS, '-o', options, 'start']);
      isStarted = true;
      return `postgres://postgres@127.0.0.1:${port}/holdfast`;
    },
    async [Symbol.asyncDispose]() {
      if (isStarted) await call('pg_ctl', ['-D', restored, '-m', 'immediate', '-w', 'stop']).catch(() => undefined);
      await cluster[Symbol.asyncDispose]();
    },
  };
}
