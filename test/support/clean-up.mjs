import { rm } from 'node:fs/promises';
import { createConnection } from 'mysql2/promise';
import { probeMysql } from './services.mjs';

/** Removes what a run and its tests left behind, those that broke off included; Jest calls it once for all lanes. */
export default async function cleanUp(_globalConfig, { globals }) {
  const { run, directory, mysqlUrl } = globals.LANE;
  await rm(directory, { recursive: true, force: true });
  if ((await probeMysql()) === null) await dropDatabases(mysqlUrl, `bw_test_${run}_`);
}

async function dropDatabases(uri, prefix) {
  const connection = await createConnection({ uri });
  try {
    const [rows] = await connection.query('SELECT schema_name AS name FROM information_schema.schemata');
    const left = rows.map(row => row.name).filter(name => name.startsWith(prefix));
    for (const name of left) await connection.query(`DROP DATABASE IF EXISTS \`${name}\``);
  } finally {
    await connection.end();
  }
}
